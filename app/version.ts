/** The program's version, for stored data and for people. */
import { existsSync, readFileSync } from 'node:fs';

/** Run from source, and compiled into `dist/`. */
const MANIFESTS = [new URL('../package.json', import.meta.url), new URL('../../package.json', import.meta.url)];

export function programVersion(): string {
  const file = MANIFESTS.find((url) => existsSync(url));
  if (file === undefined) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
