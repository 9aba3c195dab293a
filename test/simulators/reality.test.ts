/** The pond's oxygen equation on a real lake, each day held out once; the figures in docs/simulators.md are those that come out. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitPond } from '../../docs/scripts/fit-pond.ts';

/** A lake buoy (LakeMetabolizer, GPL ≥ 2). */
const FILE = new URL('../../../shared/data/pond_lake_mendota_1min.csv', import.meta.url);
const DOCUMENT = new URL('../../docs/simulators.md', import.meta.url);

describe.skipIf(!existsSync(FILE))('the pond against a real lake (skipped where the measurements are absent)', () => {
  const fit = existsSync(FILE) ? fitPond(FILE) : undefined;

  it('on days it was not fitted to errs less on average than repeating yesterday and than standing still', () => {
    expect(fit?.days).toHaveLength(6);
    expect(fit?.mean.model).toBeLessThan(fit?.mean.yesterday ?? 0);
    expect(fit?.mean.model).toBeLessThan(fit?.mean.flat ?? 0);
  });

  it('errs as the documentation says', () => {
    const [, table = ''] = readFileSync(DOCUMENT, 'utf8').split('<!-- fit -->');
    const rows = [...table.matchAll(/^\| (2009-07-\d\d|mean)[^|]*\| ([\d.]+) +\| ([\d.]+) +\| ([\d.]+) +\|$/gm)];
    const documented = rows.map(([, day, ...errors]) => [day, ...errors]);
    const found = [...(fit?.days ?? []), { date: 'mean', ...(fit?.mean ?? { model: 0, yesterday: 0, flat: 0 }) }].map(
      ({ date, model, yesterday, flat }) => [date, ...[model, yesterday, flat].map((error) => error.toFixed(2))],
    );
    expect(documented).toEqual(found);
  });
});
