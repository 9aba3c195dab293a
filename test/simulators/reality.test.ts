/** The pond's oxygen equation on a real lake, each day held out once; the figures in docs/simulators.md are those that come out. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitPond, LAKE } from '../../docs/scripts/fit-pond.ts';

const DOCUMENT = new URL('../../docs/simulators.md', import.meta.url);

describe('the pond against a real lake', () => {
  const fit = fitPond(LAKE);

  it('on days it was not fitted to errs less on average than repeating yesterday and than standing still', () => {
    expect(fit.days).toHaveLength(6);
    expect(fit.mean.model).toBeLessThan(fit.mean.yesterday);
    expect(fit.mean.model).toBeLessThan(fit.mean.flat);
  });

  it('errs as the documentation says', () => {
    const [, table = ''] = readFileSync(DOCUMENT, 'utf8').split('<!-- fit -->');
    const rows = [...table.matchAll(/^\| (2009-07-\d\d|mean)[^|]*\| ([\d.]+) +\| ([\d.]+) +\| ([\d.]+) +\|$/gm)];
    const documented = rows.map(([, day, ...errors]) => [day, ...errors]);
    const found = [...fit.days, { date: 'mean', ...fit.mean }].map(({ date, model, yesterday, flat }) => [
      date,
      ...[model, yesterday, flat].map((error) => error.toFixed(2)),
    ]);
    expect(documented).toEqual(found);
  });
});
