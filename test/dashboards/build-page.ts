/** Builds the page once before any test, when its sources are newer than what was built: two suites at one time would build into each other. */
import { build } from 'vite';
import { newestIn } from '../newest-in.ts';

/** What the page may import: its row in docs/architecture.md. */
const SOURCES = [
  'analysis',
  'dashboards/page',
  'dashboards/definition',
  'api',
  'base',
  'bus',
  'corrections',
  'journal',
  'people',
  'registry',
  'reports',
  'sensors',
  'store',
];
const BUILT = 'dist/page/index.html';

export default async function buildPage(): Promise<void> {
  if (Math.max(...SOURCES.map(newestIn)) > newestIn(BUILT)) await build({ root: 'dashboards/page', logLevel: 'error' });
}
