/** The season of a site: at each moment one profile, the stages one after the other without a gap. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, isDay, startOfDay } from '../../base/beijing-time.ts';
import { type Polygon, problemsOfPolygon } from '../../sensors/polygon.ts';
import { intervalAt, intervalsOf, MOST_STAGES, problemsOfStages, profileAt, type Stage } from '../../sensors/stages.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2025-01-01T00:00:00+08:00');
const anyStages = fc
  .uniqueArray(fc.nat(1500), { maxLength: 30 })
  .map((days) =>
    days
      .sort((one, other) => one - other)
      .map((day, index): Stage => ({ from: dayOf(FIRST + day * DAY), profile: `stage_${index}` })),
  );

describe('the season of a site', () => {
  it('has exactly one spell at any time, and they follow each other', () => {
    fc.assert(
      fc.property(anyStages, fc.integer({ min: -10 * DAY, max: 1600 * DAY }), (stages, after) => {
        const spells = intervalsOf({ profile: 'base', stages });
        const time = FIRST + after;
        expect(spells.filter(({ from, to }) => time >= from && time < to)).toHaveLength(1);
        for (const [index, { to }] of spells.entries())
          expect(spells[index + 1]?.from ?? Number.POSITIVE_INFINITY).toBe(to);
      }),
    );
  });

  it('is judged by the last stage that has begun, before the first by the profile of the site', () => {
    fc.assert(
      fc.property(anyStages, fc.integer({ min: -10 * DAY, max: 1600 * DAY }), (stages, after) => {
        const day = dayOf(FIRST + after);
        const begun = stages.filter(({ from }) => from <= day).at(-1);
        expect(profileAt({ profile: 'base', stages }, FIRST + after)).toBe(begun?.profile ?? 'base');
      }),
    );
  });

  it('changes at midnight in Beijing', () => {
    const season = { stages: [{ from: '2026-05-10', profile: 'paddy_recovery' }] };
    const midnight = Date.parse('2026-05-09T16:00:00Z');
    expect(profileAt(season, midnight - 1)).toBeUndefined();
    expect(profileAt(season, midnight)).toBe('paddy_recovery');
    expect(intervalAt(intervalsOf(season), midnight)?.from).toBe(midnight);
  });

  it('of a site without stages is its profile all the time', () => {
    expect(profileAt({ profile: 'crab_pond' }, 0)).toBe('crab_pond');
    expect(profileAt({}, 0)).toBeUndefined();
  });
});

describe('stages', () => {
  const of = (...days: string[]) => [...problemsOfStages(days.map((from) => ({ from, profile: 'p' })))];

  it('are taken when their days ascend', () => {
    expect(of()).toEqual([]);
    expect(of('2025-12-31', '2026-01-01')).toEqual([]);
  });

  it('are refused with each problem named', () => {
    expect(of('2026-02-30')).toEqual(['stage "2026-02-30" must be a day such as 2026-05-10']);
    expect(of('2026-05-10', '2026-05-10')).toEqual(['stage 2026-05-10 must come after 2026-05-10']);
    expect(of('2026-06-01', '2026-05-10', 'soon')).toHaveLength(2);
    expect(of(...Array.from({ length: MOST_STAGES + 1 }, (_, day) => dayOf(FIRST + day * DAY)))).toHaveLength(1);
  });
});

describe('a day', () => {
  it('that holds a time begins at most 24 hours before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (time) => {
        const day = dayOf(time);
        expect(isDay(day)).toBe(true);
        expect(time - startOfDay(day)).toBeGreaterThanOrEqual(0);
        expect(time - startOfDay(day)).toBeLessThan(DAY);
      }),
    );
  });

  it.each(['2026-13-01', '2026-2-3', '20260510', '2026-05-10T00:00', ''])('is not %s', (text) => {
    expect(isDay(text)).toBe(false);
    expect(startOfDay(text)).toBeNaN();
  });
});

describe('the outline of a field', () => {
  const field: [number, number][] = [
    [107.95, 31.02],
    [107.952, 31.02],
    [107.952, 31.022],
    [107.95, 31.02],
  ];
  const of = (ring: readonly (readonly [number, number])[]) => [
    ...problemsOfPolygon({ type: 'Polygon', coordinates: [ring] } satisfies Polygon),
  ];

  it('is a closed ring in degrees, longitude first', () => {
    expect(of(field)).toEqual([]);
    expect(of(field.slice(0, 3)).join()).toMatch(/at least 4.*closed/);
    expect(of([...field.slice(0, 3), [107.95, 31.03]]).join()).toMatch(/closed/);
    expect(of(field.map(([longitude, latitude]) => [latitude, longitude])).join()).toMatch(
      /not \[longitude, latitude\]/,
    );
    expect(of(field.map(([, latitude]) => [Number.NaN, latitude])).join()).toMatch(/degrees/);
  });

  it('is as large as fields are', () => {
    expect(of([...field.slice(0, 2), [109, 31.022], [107.95, 31.02]]).join()).toMatch(/more than any field/);
    expect(of(field.map(([, latitude]) => [107.95, latitude])).join()).toMatch(/encloses nothing/);
    const many = Array.from({ length: 600 }, (_, index): [number, number] => [107.95 + (index % 7) / 1e4, 31]);
    expect(of([...many, [107.95, 31]]).join()).toMatch(/500 positions/);
  });
});
