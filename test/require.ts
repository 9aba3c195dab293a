/** What a suite needs beside Node: skips loudly where it is absent, fails where everything is required (DAOYU_TEST_REQUIRE=all). */
import { execFileSync } from 'node:child_process';

/** Begins the line that says why something is skipped; the end of the run lists them all (not-run.ts). */
export const SKIPPED = 'SKIPPED: ';

/** Whether the suite may run. Throws when it is required and not there. */
export function requireOrSkip(what: string, isThere: boolean): boolean {
  if (isThere) return true;
  if (process.env.DAOYU_TEST_REQUIRE === 'all')
    throw new Error(`${what} is required by DAOYU_TEST_REQUIRE=all but is not there`);
  console.warn(`${SKIPPED}${what} is not there`);
  return false;
}

/** Whether a program can be started. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
