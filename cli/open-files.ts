/** Reports a too low limit of open files in a sentence, before loading the program fails because of it. */
import { readFileSync } from 'node:fs';
import { DaoyuError } from '../base/errors.ts';

/** The program, its databases and a few dozen connections. */
const NEEDED = 256;

/** Throws `TOO_FEW_FILES`. On systems other than Linux nothing is checked. */
export function checkOpenFiles(limit = hardLimit()): void {
  if (limit >= NEEDED) return;
  throw new DaoyuError(
    'TOO_FEW_FILES',
    `this process may open ${limit} files at one time and needs ${NEEDED}, with a thousand devices about 1,300: raise the limit (ulimit -n 4096, LimitNOFILE=4096 in systemd, --ulimit nofile=4096 in Docker)`,
  );
}

/** Node raises the soft limit to the hard one by itself. */
function hardLimit(): number {
  try {
    const [, hard = ''] = /^Max open files +\S+ +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return /^\d+$/.test(hard) ? Number(hard) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
