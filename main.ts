#!/usr/bin/env node
/** The command line's entry. An error of ours ends in one sentence, not in a stack. */
import { DaoyuError } from './base/errors.ts';
import { checkOpenFiles } from './cli/open-files.ts';
import { endSoon } from './cli/until-stopped.ts';

/** After the three seconds in which the parts of a failed start may close: five together. */
const FAILED_WITHIN_MS = 1500;

// Who reads only the first lines (`| head`) has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  checkOpenFiles();
  // Not before the check: loading the program itself opens many files at one time.
  const { program } = await import('./cli/program.ts');
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof DaoyuError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
  // A part that was left open must not keep a supervisor from starting the program again.
  endSoon(FAILED_WITHIN_MS);
}
