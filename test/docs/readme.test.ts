import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../app/settings.ts';
import { settingsOf } from '../../docs/scripts/settings-table.ts';
import { elsewhere, runCommand } from '../cli/run-command.ts';
import { newDataDir } from '../running-platform.ts';
import { blocksOf } from './fenced-blocks.ts';

const root = new URL('../../', import.meta.url);
const pages = Object.fromEntries(
  ['README.md', 'README.zh-CN.md'].map((name) => [name, readFileSync(new URL(name, root), 'utf8')]),
);

describe.each(['docs/settings.md', 'docs/settings.zh-CN.md'])('%s', (name) => {
  it('lists every setting with its default, as `npm run docs` writes it', () => {
    const [, , ...rows] = settingsOf(readFileSync(new URL(name, root), 'utf8'));
    const expected = Object.values(SETTINGS).map(({ variable, fallback }) => [
      `\`${variable}\``,
      fallback === '' ? '–' : `\`${fallback}\``,
    ]);
    expect(rows.map((cells) => cells.slice(0, 2))).toEqual(expected);
    for (const [index, { about }] of Object.values(SETTINGS).entries()) {
      const meaning = rows[index]?.[2] ?? '';
      if (name === 'docs/settings.md') expect(meaning).toBe(about);
      else expect(meaning).toMatch(/\p{Script=Han}/u);
    }
  });
});

describe.each(Object.entries(pages))('%s', (_, page) => {
  it('draws what it is with Mermaid and keeps to lines that a terminal shows', () => {
    expect(blocksOf(page).filter(({ language }) => language === 'mermaid').length).toBeGreaterThanOrEqual(3);
    // A Chinese character is two columns wide; tables, pictures and examples have their own measure.
    const width = (line: string) => [...line].reduce((sum, each) => sum + (/[⺀-￯]/u.test(each) ? 2 : 1), 0);
    const prose = page.replace(/```.*?```/gs, '').split('\n');
    const long = prose.filter((line) => !/^(\||!\[)/.test(line) && width(line) > 110);
    expect(long).toEqual([]);
  });

  it('names only files that are there, the proofs of its promises above all', () => {
    const links = [...page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
    const proofs = [...page.matchAll(/`((?:test|docs|bench|dashboards|simulators|sensors)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    const missing = [...links, ...proofs].filter((path) => !existsSync(new URL(path, root)));
    expect(missing).toEqual([]);
    expect(proofs.filter((path) => path.endsWith('.test.ts')).length).toBeGreaterThanOrEqual(7);
  });
});

it('both pages show the same commands', () => {
  const commands = (page = '') =>
    blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text.replace(/ +#.*$/gm, ''));
  expect(commands(pages['README.zh-CN.md'])).toEqual(commands(pages['README.md']));
});

it('what you will see is what is printed', async () => {
  const [shown] = blocksOf(pages['README.md'] ?? '').filter(({ language }) => language === '');
  const dataDir = newDataDir();
  const command = runCommand(['up', '--simulate', '--history', '0'], elsewhere(dataDir));
  await command.prints(/Ctrl-C ends\.\n/);
  const printed = command.printed
    .replaceAll(dataDir, './data')
    .replace(/code=\S+/, 'code=…')
    .replace(/(http:\/\/127\.0\.0\.1):\d+/g, '$1:8080')
    .replace(/(mqtt:\/\/127\.0\.0\.1):\d+/, '$1:1883')
    .replace(/(ws:\/\/127\.0\.0\.1):\d+/, '$1:8083');
  const linesOf = (text = '') =>
    text.split('\n').filter((line) => line.trim() !== '' && !/^ {2}history:|^\{/.test(line));
  expect(linesOf(printed)).toEqual(linesOf(shown?.text));
}, 60_000);
