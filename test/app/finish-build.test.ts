import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { removeStaleFiles } from '../../app/finish-build.ts';

const write = (file: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
};

it('a build removes compiled files whose source was renamed, and nothing else', () => {
  const root = mkdtempSync(join(tmpdir(), 'daoyu-build-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const built = join(root, 'dist');
  for (const source of ['main.ts', 'sensors/kinds/pond.ts', 'view.tsx']) write(join(root, source));
  const current = ['main.js', 'sensors/kinds/pond.js', 'sensors/kinds/pond.js.map', 'view.js'];
  const others = ['page/assets/index-1a2b.js', 'errors.md', 'sensors/kinds/own.mjs'];
  const stale = ['sensors/kinds/fish_pond.js', 'sensors/kinds/fish_pond.js.map', 'gone/gone.js'];
  for (const file of [...current, ...others, ...stale]) write(join(built, file));
  removeStaleFiles(root, built);
  expect([...current, ...others].filter((file) => !existsSync(join(built, file)))).toEqual([]);
  expect(stale.filter((file) => existsSync(join(built, file)))).toEqual([]);
});

it('npm run build and npm run bench end with that step', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  for (const name of ['build', 'prebench']) expect(scripts[name]).toMatch(/&& node dist\/app\/finish-build\.js$/);
});
