import { describe, expect, it } from 'vitest';
import type { DerivedSeries, Question, Vector } from '../../analysis/derived-series.ts';
import { measured } from '../../analysis/pass.ts';
import { DERIVED } from '../../analysis/series.ts';
import { WINDOW_NAMES } from '../../analysis/windows.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { UNITS_OF_DERIVED } from './units.ts';

const kinds = await loadKinds();

async function measure(series: DerivedSeries, vector: Vector): Promise<number | undefined> {
  const { from, to, samples, intervalMs, limits, parameters = {}, boundary } = vector;
  const [field = ''] = series.inputs;
  const usual = Object.entries(series.parameters).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const question: Question = {
    ...{ field, intervalMs, boundary, parameters: { ...Object.fromEntries(usual), ...parameters } },
    limitsAt: () => limits && { limits, profile: 'of the vector v1' },
  };
  async function* readings() {
    yield* samples;
  }
  const pass = { fields: series.inputs, windows: [{ from, to }], measure: series.start(question) };
  const [found] = await measured(readings(), pass);
  return found?.found.value;
}

describe.each([...DERIVED.values()].map((series) => [series.name, series] as const))('%s', (_, series) => {
  it.each(series.vectors.map((vector) => [vector.about, vector] as const))('%s', async (_about, vector) => {
    const value = await measure(series, vector);
    if (vector.is === undefined) expect(value).toBeUndefined();
    else expect(Math.abs((value ?? Number.NaN) - vector.is)).toBeLessThanOrEqual(vector.within);
  });

  it('says what it is: fields of its kinds, a formula, a source, two vectors at least', () => {
    for (const kind of series.kinds) {
      const names = kinds.get(kind)?.fields.map(({ name }) => name) ?? [];
      expect([
        kind,
        [...series.inputs, ...(series.alternatives ?? [])].filter((name) => !names.includes(name)),
      ]).toEqual([kind, []]);
    }
    expect(series.windows.filter((name) => !WINDOW_NAMES.includes(name))).toEqual([]);
    expect(Math.min(series.formula.length, series.source.length)).toBeGreaterThan(10);
    expect(series.vectors.length).toBeGreaterThanOrEqual(2);
    expect(UNITS_OF_DERIVED[series.name]).toBe(series.unit);
  });
});
