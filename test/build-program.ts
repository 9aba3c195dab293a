/**
 * Compiles once what tests start in processes of their own (started-process.ts), when its sources are newer than what was
 * compiled. Compiling in each process, through tsx, takes two seconds of CPU every time.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newestIn } from './newest-in.ts';

/** Hold no source of the program. */
const OTHERS = new Set(['node_modules', 'dist', 'data', 'deploy', 'docs', 'bench']);
const BUILT = 'dist';
const STAMP = join(BUILT, '.tests-build');

export default function buildProgram(): void {
  const begun = new Date();
  const folders = readdirSync('.', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const sources = folders.map(({ name }) => name).filter((name) => !OTHERS.has(name) && !name.startsWith('.'));
  const newest = Math.max(...[...sources, 'main.ts', 'tsconfig.json', 'docs/errors.md'].map(newestIn));
  if (newest <= newestIn(STAMP)) return;
  const fresh = join(BUILT, `.tests-build-${process.pid}`);
  try {
    // Types are checked by `npm run types`.
    execFileSync(
      process.execPath,
      ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json', '--noCheck', '--outDir', fresh],
      { stdio: 'inherit' },
    );
    replace(fresh);
    copyFileSync('docs/errors.md', join(BUILT, 'errors.md'));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  writeFileSync(STAMP, '');
  utimesSync(STAMP, begun, begun);
}

/** Moves file by file, because processes of another run may be reading, and removes what has no source any more. */
function replace(fresh: string): void {
  const files = new Set(filesIn(fresh));
  for (const file of files) {
    mkdirSync(join(BUILT, dirname(file)), { recursive: true });
    renameSync(join(fresh, file), join(BUILT, file));
  }
  for (const folder of new Set([...files].map((file) => file.split('/')[0] ?? ''))) {
    if (!statSync(join(BUILT, folder)).isDirectory()) continue;
    const stale = filesIn(join(BUILT, folder)).filter((file) => !files.has(join(folder, file)));
    for (const file of stale) rmSync(join(BUILT, folder, file));
  }
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(join(folder).length + 1));
}
