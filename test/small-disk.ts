/** A file system that is really full when it is full. Only root may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** Its folder; gone with the test. Undefined where mounting is forbidden even to root. */
export function mountSmall(sizeMb: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}
