/** A copy of our sensor kinds with one file more: what somebody does who adds a kind, and nothing else. */
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder, for `DAOYU_KINDS_DIR`; `source` may import `../fields.ts` like its neighbours. */
export function kindsFolderWith(name: string, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-kinds-'));
  cpSync(fileURLToPath(new URL('../sensors/', import.meta.url)), folder, { recursive: true });
  writeFileSync(join(folder, 'kinds', `${name}.ts`), source);
  return join(folder, 'kinds');
}
