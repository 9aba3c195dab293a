/** A kind, readings and queries for tests of stores. */
import { measured } from '../../../sensors/fields.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Reading } from '../../../sensors/reading.ts';
import type { Tally } from '../../../sensors/tally.ts';
import type { SeriesQuery, Store } from '../../../store/store.ts';

export const testKind: Kind = {
  name: 'test_pond',
  label: { zh: '塘', en: 'pond' },
  subplatform: 'smart_fishery',
  intervalMs: 10_000,
  fields: [
    measured('oxygen', '氧', 'oxygen', ['mg/L', 'mg/L'], [0, 25], 0.01),
    measured('ph', 'pH', 'pH', ['[pH]', ''], [0, 14], 0.01),
  ],
  primary: ['oxygen'],
  panels: [],
};

/** 2026-03-01 00:00 in Shanghai. */
export const T0 = Date.parse('2026-03-01T00:00:00+08:00');

export function reading(time: number, values: Record<string, number>, extra: Partial<Reading> = {}): Reading {
  return {
    park: 'daoyu',
    site: 'pond-1',
    device: 'probe-1',
    kind: 'test_pond',
    time,
    receivedAt: time + 500,
    values,
    ...extra,
  };
}

export function tally(received: number, extra: Partial<Tally> = {}): Tally {
  return { park: 'daoyu', device: 'probe-1', received, duplicate: 0, quarantined: 0, ...extra };
}

export function query(extra: Partial<SeriesQuery> = {}): SeriesQuery {
  return {
    kind: 'test_pond',
    fields: ['oxygen'],
    from: T0 - 400 * 86_400_000,
    to: T0 + 400 * 86_400_000,
    aggregates: ['mean'],
    maxPoints: 100_000,
    ...extra,
  };
}

export async function pointsOf(store: Store, extra: Partial<SeriesQuery> = {}) {
  return (await store.series(query(extra))).map((each) => each.points);
}
