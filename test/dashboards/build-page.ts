/** Builds the page once before any test, when its sources are newer than what was built: two suites at one time would build into each other. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** What the page may import: its row in docs/architecture.md. */
const SOURCES = [
  'dashboards/page',
  'dashboards/definition',
  'api',
  'base',
  'bus',
  'people',
  'registry',
  'sensors',
  'store',
];
const BUILT = 'dist/page/index.html';

export default async function buildPage(): Promise<void> {
  const newest = Math.max(...SOURCES.flatMap(timesIn));
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (newest > built) await build({ root: 'dashboards/page', logLevel: 'error' });
}

function timesIn(folder: string): readonly number[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? timesIn(path) : [statSync(path).mtimeMs];
  });
}
