import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { percentile, statisticsNamed } from '../../analysis/statistics.ts';
import { openDuckDbStore } from '../../store/duckdb/duckdb.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { describeStatistics } from '../contract/statistics.ts';
import { T0, testKind } from '../contract/store/fixtures.ts';

const kinds = new Map([[testKind.name, testKind]]);

describeStatistics('memory', async () => openMemoryStore(), 30);
describeStatistics(
  'DuckDB store',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-statistics-'));
    const store = await openDuckDbStore({ folder, kinds, rollupEveryMs: 0, clock: () => T0 + 4 * 86_400_000 });
    onTestFinished(() => store.close().catch(() => {}));
    return store;
  },
  3,
);

describe('a percentile', () => {
  it('lies between the nearest ranks, as in numpy and Excel', () => {
    // numpy.percentile([15, 20, 35, 40, 50], [5, 30, 40, 50, 95]): 16, 23, 29, 35, 48
    const sorted = [15, 20, 35, 40, 50];
    expect([5, 30, 40, 50, 95].map((percent) => percentile(sorted, percent))).toEqual(
      [16, 23, 29, 35, 48].map((each) => expect.closeTo(each, 9)),
    );
    expect(percentile([7], 90)).toBe(7);
  });

  it('is named p0 to p100; other names are refused', () => {
    expect(statisticsNamed('p5, p97.5,median')).toEqual(['p5', 'p97.5', 'median']);
    for (const name of ['p101', 'p', 'mode', 'p-1']) expect(() => statisticsNamed(name)).toThrow(/stats/);
  });
});
