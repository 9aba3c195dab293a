/** Each limit against a reference of one line a limit, at the limit itself and at a step beside it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Field, Kind } from '../../sensors/kind.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { limitViolationsOf } from '../../sensors/limit-violations.ts';
import { limitsOf } from '../../sensors/limits.ts';
import type { Band, Profile } from '../../sensors/profile.ts';

const kinds = await loadKinds();

function kindNamed(name: string): Kind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function fieldOf(kind: Kind, name: string): Field {
  const field = kind.fields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return field;
}

const pond = kindNamed('aquaculture_pond');
const oxygen = fieldOf(pond, 'dissolved_oxygen');
const profileOf = (...bands: readonly Partial<Band>[]): Profile => ({
  ...{ name: 'own', version: 1, label: { zh: '自定', en: 'Own' }, author: 'test', effective: '2026-01-01' },
  kinds: ['aquaculture_pond'],
  bands: bands.map((band) => ({ field: 'dissolved_oxygen', source: 'test', ...band })),
});

const check = (value: number, profile: Profile | undefined, values: Record<string, number> = {}) =>
  limitViolationsOf({ field: oxygen, value, values: { dissolved_oxygen: value, ...values }, kind: pond, profile });

describe('a value beside its limits', () => {
  const limit = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });
  const given = (values: Readonly<Record<string, number | undefined>>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

  it('violates the worst limit that it lies beyond, and none when it lies on it', () => {
    const limits = fc.record({ criticalBelow: limit, warnBelow: limit, warnAbove: limit, criticalAbove: limit });
    fc.assert(
      fc.property(limits, fc.integer({ min: 0, max: 20 }), fc.constantFrom(-0.01, 0, 0.01), (band, whole, step) => {
        const value = whole + step;
        const isBelow = (bound: number | undefined) => bound !== undefined && bound - value > 0;
        const isAbove = (bound: number | undefined) => bound !== undefined && value - bound > 0;
        const isCritical = isBelow(band.criticalBelow) || isAbove(band.criticalAbove);
        const isWarning = isBelow(band.warnBelow) || isAbove(band.warnAbove);
        const states = check(value, profileOf(given(band))).map(({ state }) => state);
        expect(states).toEqual(isCritical ? ['critical'] : isWarning ? ['warning'] : []);
      }),
    );
  });

  it('is told with the limit and the side, with digits enough to tell the two apart', () => {
    expect(check(2.996, profileOf({ criticalBelow: 3 }))).toEqual([
      {
        ...{ field: 'dissolved_oxygen', code: 'low', state: 'critical' },
        label: { zh: '溶解氧 2.996 mg/L，低于 3.0（自定）', en: 'dissolved oxygen 2.996 mg/L, below 3.0 (Own)' },
      },
    ]);
    expect(check(12.5, profileOf({ warnAbove: 12.25 }))).toMatchObject([
      { code: 'high', label: { en: 'dissolved oxygen 12.50 mg/L, above 12.25 (Own)' } },
    ]);
  });

  it('gives one reason for each band of its field, and none for bands of others', () => {
    const profile = profileOf({ warnBelow: 5 }, { criticalBelow: 4 }, { field: 'ph', warnBelow: 9 });
    expect(check(3, profile).map(({ state }) => state)).toEqual(['warning', 'critical']);
  });

  it('counts a band that holds only while something is on, only while it is on', () => {
    const profile = profileOf({ warnBelow: 5, onlyWhile: 'aerator_on' });
    expect(check(3, profile, { aerator_on: 1 })).toHaveLength(1);
    expect(check(3, profile, { aerator_on: 0 })).toEqual([]);
    expect(check(3, profile)).toEqual([]);
  });

  it('is held against what is normal where no profile is of its kind', () => {
    const [low, high] = oxygen.normal ?? [0, 0];
    const foreign = { ...profileOf({ warnBelow: 0, warnAbove: 99 }), kinds: ['paddy_water'] };
    for (const profile of [undefined, foreign]) {
      expect(check(low - 0.1, profile)).toMatchObject([{ state: 'warning', code: 'low' }]);
      expect(check(high + 0.1, profile)).toMatchObject([{ state: 'warning', code: 'high' }]);
      expect(check(low, profile)).toEqual([]);
      expect(check(high, profile)).toEqual([]);
    }
  });

  it('of a device that works only at times is not held against what is normal, nor is a position', () => {
    const drone = kindNamed('drone_seeding');
    expect(drone.isIntermittent).toBe(true);
    const beyond = drone.fields.filter((field) => field.normal !== undefined);
    expect(beyond.length).toBeGreaterThan(0);
    for (const field of beyond) {
      const value = (field.normal?.[1] ?? 0) + 1;
      expect(limitViolationsOf({ field, value, values: {}, kind: drone })).toEqual([]);
    }
    const heading: Field = { ...oxygen, unit: 'deg' };
    expect(limitViolationsOf({ field: heading, value: 1000, values: {}, kind: pond })).toEqual([]);
  });
});

describe('the limits that a profile sets for a field', () => {
  it('are those of all its bands, the first that names one; zero is a limit', () => {
    const { bands } = profileOf(
      { target: [5, 9], warnBelow: 0 },
      { warnBelow: 4, warnAbove: 14, criticalBelow: 3 },
      { criticalAbove: 20, field: 'ph' },
    );
    expect(limitsOf({ bands }, 'dissolved_oxygen')).toEqual({
      ...{ target: [5, 9], warnBelow: 0, warnAbove: 14, criticalBelow: 3 },
    });
    expect(limitsOf({ bands }, 'ph')).toEqual({ criticalAbove: 20 });
  });

  it('are none where it says nothing of the field', () => {
    expect(limitsOf(profileOf({ warnBelow: 4 }), 'turbidity')).toBeUndefined();
  });
});
