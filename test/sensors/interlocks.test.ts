import { describe, expect, it } from 'vitest';
import { interlockOf, type MeasuredLast } from '../../sensors/interlocks.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();
const pond = kinds.get('aquaculture_pond');
if (pond === undefined) throw new Error('there is a kind for ponds');
const NOW = Date.parse('2026-07-20T04:10:00+08:00');
const MINUTE = 60_000;

const low: MeasuredLast = { time: NOW - MINUTE, values: { dissolved_oxygen: 2.7, aerator_on: 1 } };
const ask = (command: string, value: unknown, latest: MeasuredLast | undefined = low) =>
  interlockOf(pond, command, value, { latest, intervalMs: MINUTE, now: NOW })?.label.en;

describe('an interlock', () => {
  it('stands against an aerator that is switched off, and a feeder that is switched on, while oxygen is low', () => {
    expect(ask('aerator', { on: false })).toContain('dissolved oxygen is below 4');
    expect(ask('feeder', { on: true })).toContain('no feeding');
    for (const [command, value] of [
      ['aerator', { on: true }],
      ['aerator', { auto: true }],
      ['feeder', { on: false }],
      ['siren', { on: true }],
      ['aerator', null],
    ] as const)
      expect(ask(command, value)).toBeUndefined();
  });

  it('goes by what was measured lately and is not doubted', () => {
    const off = { on: false };
    expect(ask('aerator', off, { ...low, values: { dissolved_oxygen: 4 } })).toBeUndefined();
    expect(ask('aerator', off, { ...low, time: NOW - 3 * MINUTE })).toBeDefined();
    expect(ask('aerator', off, { ...low, time: NOW - 3 * MINUTE - 1 })).toBeUndefined();
    expect(ask('aerator', off, { ...low, olderFields: { dissolved_oxygen: NOW - 60 * MINUTE } })).toBeUndefined();
    expect(ask('aerator', off, { ...low, flags: { dissolved_oxygen: ['spike'] } })).toBeUndefined();
    expect(ask('aerator', off, { ...low, values: {} })).toBeUndefined();
  });

  it('names fields that the kind has, and commands by which they are switched', () => {
    for (const kind of kinds.values())
      for (const { field, measured, interlocks = [] } of kind.controls ?? []) {
        const names = [
          field,
          ...(measured ? [measured] : []),
          ...interlocks.flatMap(({ terms }) => terms.map((term) => term.field)),
        ];
        for (const name of names) expect(kind.fields.map((each) => each.name)).toContain(name);
        expect(kind.fields.find((each) => each.name === field)?.shape).toBe('boolean');
      }
  });
});
