import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const document = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');

it('docs/security.md names a test for each item of ASVS, and every test that it names is there', () => {
  const rows = [...document.matchAll(/^\| \d+\.\d+\.\d+.*\|$/gm)].map(([row]) => row);
  expect(rows.length).toBeGreaterThan(20);
  const named = rows.map((row) =>
    [...(row.split('|').at(-2) ?? '').matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, file = '']) => file),
  );
  expect(named.filter((files) => files.length === 0)).toEqual([]);
  expect(named.flat().filter((file) => !existsSync(new URL(`../${file}`, import.meta.url)))).toEqual([]);
});
