import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Code } from '../../alarms/fold.ts';
import { packDevice, unpackDevice } from '../../alarms/pack.ts';
import { newDevice, type Point } from '../../alarms/state.ts';

const device = newDevice({ park: 'p', site: 's', id: 'd', label: { zh: '', en: '' }, kind: 'aquaculture_pond' });
const codes = fc.option(fc.dictionary(fc.constantFrom('low', 'high'), fc.constantFrom<Code>(-1, 1, 2, 4)), {
  nil: undefined,
});
const steps = fc.array(fc.record({ step: fc.constantFrom(1, 30_000, 30_000, 30_000, 29_998), c: codes }), {
  maxLength: 60,
});

function pointsOf(list: readonly { readonly step: number; readonly c: Point['c'] }[], from: number): Point[] {
  let at = from;
  return list.map(({ step, c }) => {
    at += step;
    return c === undefined ? { t: at } : { t: at, c };
  });
}

it('a device is after it was put away what it was before', () => {
  fc.assert(
    fc.property(steps, steps, fc.integer({ min: 1, max: 2e12 }), (points, late, from) => {
      const cell = { ...device, points: pointsOf(points, from), late: pointsOf(late, from) };
      expect(unpackDevice(JSON.parse(JSON.stringify(packDevice(cell))))).toEqual(cell);
    }),
  );
});

it('a window of regular readings takes a few numbers', () => {
  const points = pointsOf(
    Array.from({ length: 400 }, () => ({ step: 30_000, c: undefined })),
    1_700_000_000_000,
  );
  expect(packDevice({ ...device, points }).points.t).toEqual([1_700_000_030_000, 30_000, -398]);
});

it('late readings may lie in any order', () => {
  const late = [{ t: 500 }, { t: 100 }, { t: 900, c: { low: 2 as const } }, { t: 100 }];
  const unpacked = unpackDevice(packDevice({ ...device, late }));
  expect(unpacked.late).toEqual([{ t: 100 }, { t: 100 }, { t: 500 }, { t: 900, c: { low: 2 } }]);
});
