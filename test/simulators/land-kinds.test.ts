/** Weather station, orchard, grain dryer: kinds that no seeded device has yet. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedValue } from '../../ingest/derive.ts';
import { createQualityChecks } from '../../ingest/quality-checks.ts';
import { seeds } from '../../seeds/seeds.ts';
import { fieldNamed } from '../../sensors/kinds.ts';
import { dryBasis, equilibriumMoisture, minutesTo, moistureAfter, wetBasis } from '../../simulators/grain/drying.ts';
import type { Model } from '../../simulators/model.ts';
import { createModelOf } from '../../simulators/model-of.ts';
import { loneDoubts } from '../lone-doubts.ts';
import { DAY, HOUR, JULY, kinds, models } from './world.ts';

const NAMES = ['weather_station', 'orchard', 'grain_dryer'];
const SEPTEMBER = Date.parse('2026-09-10T00:00:00+08:00');

function modelNamed(kind: string, seed = 'test'): Model {
  const member = { park: 'guolin', site: `${kind}-site`, device: `${kind}-1`, kind, password: '', intervalMs: 600_000 };
  return createModelOf(kinds, models, { seed, start: JULY, conditions: [] })(member);
}

function kindNamed(name: string) {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

describe.each(NAMES)('the model of a %s', (name) => {
  it("shows physical values in the sensors' own steps, in any season of any seed", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 800 * 24 * 6 }), (seed, tenMinutes) => {
        const values = modelNamed(name, seed).sample(JULY + tenMinutes * 600_000);
        expect(Object.keys(values)).toEqual(
          expect.arrayContaining(
            kindNamed(name).primary.filter((f) => f !== 'grain_moisture' && f !== 'grain_temperature'),
          ),
        );
        for (const [field, value] of Object.entries(values)) {
          const { physical, resolution } = fieldNamed(kindNamed(name), field) ?? { physical: [1, 0], resolution: 1 };
          expect(value, field).toBeGreaterThanOrEqual(physical[0] ?? 0);
          expect(value, field).toBeLessThanOrEqual(physical[1] ?? 0);
          expect(Math.abs(value / resolution - Math.round(value / resolution)), field).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(['2026-01-18', '2026-07-14', '2026-09-10'])('raises no doubt in healthy operation, week of %s', (date) => {
    const [model, checks, kind] = [modelNamed(name), createQualityChecks(), kindNamed(name)];
    const start = Date.parse(`${date}T00:00:00+08:00`);
    const doubted: string[] = [];
    for (let at = start; at < start + 7 * DAY; at += kind.intervalMs)
      for (const [field, value] of Object.entries(model.sample(at, at - kind.intervalMs))) {
        const definition = fieldNamed(kind, field);
        const flags = definition === undefined ? ['unknown'] : loneDoubts(checks, definition, value, at);
        if (flags.length > 0) doubted.push(`${field} ${flags.join()} ${value} ${new Date(at).toISOString()}`);
      }
    expect(doubted.slice(0, 5)).toEqual([]);
  });

  it('names as its default a profile that is seeded for it', () => {
    const { defaultProfile } = kindNamed(name);
    const profile = seeds.profiles.find((each) => each.name === defaultProfile);
    expect(profile?.kinds).toEqual(defaultProfile === undefined ? undefined : [name]);
  });
});

describe('the weather station', () => {
  it('adds up the same rain however often it reports', () => {
    const model = modelNamed('weather_station');
    const sum = (everyMs: number) => {
      let total = 0;
      for (let at = JULY + everyMs; at <= JULY + 30 * DAY; at += everyMs)
        total += model.sample(at, at - everyMs).rainfall ?? 0;
      return total;
    };
    const daily = sum(DAY);
    expect(daily).toBeGreaterThan(20);
    // A tip that is not full at midnight is lost, one a report of a day at most.
    expect(Math.abs(sum(600_000) - daily)).toBeLessThan(0.2 * 30);
    expect(Math.abs(sum(HOUR) - sum(600_000))).toBeLessThan(0.01);
  });

  it("is brightest near one o'clock Beijing time and dark at midnight", () => {
    const model = modelNamed('weather_station');
    const light = (hour: number) => model.sample(JULY + hour * HOUR).solar_radiation ?? 0;
    expect(light(13)).toBeGreaterThan(100);
    expect(light(0)).toBeLessThan(10);
  });

  it('has a vapour pressure deficit by FAO-56', () => {
    const values = { air_temperature: 30, air_humidity: 50 };
    const field = fieldNamed(kindNamed('weather_station'), 'vapour_pressure_deficit');
    expect(field && derivedValue(field, values)).toBe(2.12);
  });
});

describe('the grain dryer', () => {
  it('dries as the equations of its sources say', () => {
    const minutes = (temperature: number, humidity: number) =>
      Math.round(minutesTo(dryBasis(13.5), dryBasis(24), { temperature, humidity }));
    expect([minutes(38, 0.35), minutes(43, 0.28), minutes(50, 0.2), minutes(55, 0.16)]).toEqual([260, 191, 134, 109]);
    expect(wetBasis(equilibriumMoisture({ temperature: 25, humidity: 0.7 }))).toBeCloseTo(13.5, 1);
    expect(wetBasis(moistureAfter(191, dryBasis(24), { temperature: 43, humidity: 0.28 }))).toBeCloseTo(13.5, 1);
  });

  it('takes a batch a day in harvest to 13.5 %, slower than 1.5 %/h, and stands in July', () => {
    const model = modelNamed('grain_dryer');
    let before: number | undefined;
    const lows: number[] = [];
    for (let at = SEPTEMBER; at < SEPTEMBER + 5 * DAY; at += HOUR) {
      const { grain_moisture: now, dryer_phase: phase } = model.sample(at);
      if (now !== undefined && before !== undefined && phase !== 1) expect(before - now).toBeLessThan(1.5);
      if (phase === 5 && now !== undefined) lows.push(now);
      before = now;
    }
    expect(lows.length).toBeGreaterThan(3);
    for (const low of lows) expect(low).toBeCloseTo(13.5, 0);
    expect(model.sample(JULY + 12 * HOUR)).toMatchObject({ burner_on: 0, dryer_phase: 0 });
  });
});

describe('the orchard', () => {
  it('has soil that rain fills from above, and that is steadier the deeper', () => {
    const model = modelNamed('orchard');
    const spread = (field: string) => {
      const values = Array.from({ length: 120 }, (_, day) => model.sample(JULY + day * DAY)[field] ?? Number.NaN);
      return Math.max(...values) - Math.min(...values);
    };
    expect(spread('soil_moisture_20cm')).toBeGreaterThan(3);
    const daily = (field: string) =>
      Math.abs((model.sample(JULY + 17 * HOUR)[field] ?? 0) - (model.sample(JULY + 5 * HOUR)[field] ?? 0));
    expect(daily('soil_temperature_20cm')).toBeGreaterThan(daily('soil_temperature_60cm'));
  });
});
