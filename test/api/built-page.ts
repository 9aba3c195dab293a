/** A page as the build lays it down, and a file beside it that is nobody's business. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function builtPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>ponds</title>');
  writeFileSync(join(folder, 'assets', 'page-1a2b3c.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for anybody');
  return folder;
}
