/** How tests start a source file of this repository in a process of its own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * The compiled file of a source, for `node`: 'main.ts', or a `test/…/*-process.ts`, which also has what it imports.
 * All are compiled before the first test (build-program.ts).
 */
export const compiled = (source: string): string => join(BUILT, source.replace(/\.ts$/, '.js'));
