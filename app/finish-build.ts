/**
 * Last step of `npm run build`: copies what the program reads beside its code, and removes compiled files whose source is gone.
 * Kinds and decoders are loaded by folder, so a renamed one would otherwise be loaded twice.
 */
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Removes nothing before the new files are there: processes may be running from the folder. */
export function removeStaleFiles(root: string, built: string): void {
  const entries = readdirSync(built, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const [, source] = /^(.*)\.js(?:\.map)?$/.exec(relative(built, file)) ?? [];
    // Vite empties the folder of the page itself; folders that begin with a dot are builds in progress.
    if (!entry.isFile() || source === undefined || /^(page\/|\.)/.test(source)) continue;
    if (!['.ts', '.tsx'].some((ending) => existsSync(join(root, `${source}${ending}`)))) rmSync(file);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = fileURLToPath(new URL('../', import.meta.url));
  const root = join(built, '..');
  removeStaleFiles(root, built);
  copyFileSync(join(root, 'docs/errors.md'), join(built, 'errors.md'));
}
