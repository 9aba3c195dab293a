/** docs/doctor.md names every check that the doctor makes, and no other. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rules } from '../../doctor/rules.ts';

it('docs/doctor.md holds what the rules say (npm run docs writes it)', () => {
  const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, code]) => code);
  expect(rows).toEqual(rules.map(({ code }) => code));
  for (const { change } of rules) expect(page).toContain(change.en);
});
