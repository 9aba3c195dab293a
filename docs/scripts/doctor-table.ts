/** Writes the table of checks into docs/doctor.md from `doctor/rules/`; part of `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { rules } from '../../doctor/rules.ts';

const FILE = new URL('../doctor.md', import.meta.url);
const START = '<!-- checks -->\n';
const END = '<!-- /checks -->\n';

export function checksTable(): string {
  const rows = rules.map(
    ({ code, title, costs, change, isActive }) =>
      `| \`${code}\`${isActive ? ' (active)' : ''} | ${title.en} · ${title.zh} | ${costs.en} | ${change.en} |`,
  );
  return ['| code | checks | costs | change |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const page = readFileSync(FILE, 'utf8');
const [before = '', rest = ''] = page.split(START);
const [, after = ''] = rest.split(END);
writeFileSync(FILE, `${before}${START}\n${checksTable()}\n\n${END}${after}`);
