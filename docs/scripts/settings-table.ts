/** Generates the tables of docs/settings.md and docs/settings.zh-CN.md from app/settings.ts (`npm run docs`). A test fails while they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '../../app/settings.ts';

const BEGIN = '<!-- settings -->';
const END = '<!-- /settings -->';

/** Meanings by variable; a language that has none yet shows the English one. */
export type Meanings = ReadonlyMap<string, string>;

export function renderSettings(head: readonly [string, string, string], meanings: Meanings): string {
  const rows = Object.values(SETTINGS).map(({ variable, fallback, about }) => [
    `\`${variable}\``,
    fallback === '' ? '–' : `\`${fallback}\``,
    meanings.get(variable) ?? about,
  ]);
  return [head, ['---', '---', '---'], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The cells of the table between the marks; throws when a page has no marks. */
export function settingsOf(page: string): readonly (readonly string[])[] {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page needs the marks ${BEGIN} and ${END}`);
  const lines = page
    .slice(from + BEGIN.length, to)
    .trim()
    .split('\n');
  return lines.map((line) => line.split('|').slice(1, -1)).map((cells) => cells.map((cell) => cell.trim()));
}

/** English meanings come from the settings alone; other languages keep what is written in their page. */
export function withSettings(page: string, language: 'en' | 'zh'): string {
  const written = settingsOf(page).map(
    ([variable = '', , meaning = '']) => [variable.replaceAll('`', ''), meaning] as const,
  );
  const table =
    language === 'en'
      ? renderSettings(['variable', 'default', 'meaning'], new Map())
      : renderSettings(['变量', '默认值', '含义'], new Map(written));
  return `${page.slice(0, page.indexOf(BEGIN) + BEGIN.length)}\n\n${table}\n\n${page.slice(page.indexOf(END))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, language] of [
    ['settings.md', 'en'],
    ['settings.zh-CN.md', 'zh'],
  ] as const) {
    const file = new URL(`../${name}`, import.meta.url);
    writeFileSync(file, withSettings(readFileSync(file, 'utf8'), language));
  }
}
