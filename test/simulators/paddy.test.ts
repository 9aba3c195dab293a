/** A field's water adds up in any season, follows the stages of the rice, dries and floods as farmers know it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLife } from '../../simulators/paddy/life.ts';
import { type Regime, seasonAt } from '../../simulators/paddy/season.ts';
import { createField, FIELD_STEP_MS, type FieldState, levelOf } from '../../simulators/paddy/water-balance.ts';
import { hargreaves } from '../../simulators/weather/evaporation.ts';
import { dailyExtraterrestrial } from '../../simulators/weather/sun.ts';
import { createWeather, KAIJIANG } from '../../simulators/weather/weather.ts';
import { DAY, HOUR, modelOf, skies, timed } from './world.ts';

const MIDNIGHT = (date: string) => Date.parse(`${date}T00:00:00+08:00`);
const SPRING = MIDNIGHT('2026-04-28');
const HARVEST = MIDNIGHT('2026-09-05');

function fieldOf(regime: Regime, seed: string, conditions = timed([])) {
  const weather = createWeather({ seed, ...KAIJIANG, conditions });
  return { weather, field: createField({ weather, ...KAIJIANG, regime, shift: 0, leakiness: 1, conditions }) };
}

describe('evaporation', () => {
  it.each([
    [135, 40],
    [166, 41.3],
    [196, 40.6],
    [227, 37.9],
    [258, 33],
  ])('rests on the sun outside the atmosphere: on day %d it sends %d MJ/m²', (day, expected) => {
    expect(Math.abs(dailyExtraterrestrial(day, KAIJIANG.latitude) - expected)).toBeLessThan(0.6);
  });

  it('of a mid-July day is 4.8 mm by Hargreaves', () => {
    expect(hargreaves(40.6, 27.2, 31.5, 23.8)).toBeCloseTo(4.76, 1);
  });
});

describe('the water of a field', () => {
  it('adds up over any stretch of any year: what came in less what went out is what is there', () => {
    const anyRegime = fc.constantFrom<Regime>('alternate', 'crab', 'crayfish');
    fc.assert(
      fc.property(fc.string(), anyRegime, fc.integer({ min: 0, max: 150 }), (seed, regime, day) => {
        const { field } = fieldOf(regime, seed);
        // Half a year is one run, so that the sums of its beginning hold at its end.
        const from = field.at(MIDNIGHT('2026-04-11') + day * DAY).before;
        const to = field.at(MIDNIGHT('2026-04-11') + (day + 10) * DAY).before;
        const moved = (pick: (state: FieldState) => number) => pick(to) - pick(from);
        const net =
          moved((state) => state.rain + state.irrigation) -
          moved((state) => state.evaporation + state.percolation + state.outflow);
        expect(to.storage - from.storage).toBeCloseTo(net, 6);
      }),
      { numRuns: 40 },
    );
  });

  it('stays between the ground water and the bund, and the ditch never dries, whatever the seed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 364 }), (seed, day) => {
        for (const regime of ['alternate', 'crab', 'crayfish'] as const) {
          const { before } = fieldOf(regime, seed).field.at(MIDNIGHT('2026-01-01') + day * DAY);
          expect(levelOf(before)).toBeGreaterThan(-500);
          expect(levelOf(before)).toBeLessThan(regime === 'crayfish' ? 750 : 250);
          expect(before.ditch).toBeGreaterThan(640);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('of a season is near what was measured in hill paddies of Sichuan: evaporation 642, percolation 246, overflow 103 mm', () => {
    const years = Array.from({ length: 8 }, (_, index) => {
      const { field } = fieldOf('alternate', `season ${index}`);
      const from = field.at(SPRING).before;
      const to = field.at(HARVEST).before;
      return {
        evaporation: to.evaporation - from.evaporation,
        percolation: to.percolation - from.percolation,
        outflow: to.outflow - from.outflow,
        irrigation: to.irrigation - from.irrigation,
      };
    });
    const mean = (pick: (year: (typeof years)[number]) => number) =>
      years.reduce((sum, year) => sum + pick(year), 0) / years.length;
    expect(Math.abs(mean((year) => year.evaporation) - 642)).toBeLessThan(60);
    expect(Math.abs(mean((year) => year.percolation) - 246)).toBeLessThan(40);
    // Storms come clustered, so the bund overflows; more than reported, as these seeds have more rain.
    expect(mean((year) => year.outflow)).toBeGreaterThan(60);
    expect(mean((year) => year.irrigation)).toBeGreaterThan(200);
  });

  it('is under the soil for weeks of alternate wetting and drying, and never while the rice heads', () => {
    const { field } = fieldOf('alternate', 'stages');
    let dryDays = 0;
    for (let at = SPRING; at < HARVEST; at += DAY) {
      const level = levelOf(field.at(at).before);
      if (level < 0) dryDays++;
      const { stage } = seasonAt(at, 'alternate', 0);
      if (stage === 'heading' && at > MIDNIGHT('2026-07-02')) expect(level).toBeGreaterThan(0);
    }
    expect(dryDays).toBeGreaterThan(14);
    expect(dryDays).toBeLessThan(60);
  });

  it('falls under -150 mm when no irrigation comes, and fast when the bund leaks', () => {
    const dry = timed(
      [
        { condition: 'rain', mmPerHour: 0, fromHour: 0, toHour: 30 * 24 },
        { condition: 'irrigation', state: 'blocked', fromHour: 0, toHour: 30 * 24 },
        { condition: 'leak', mmPerHour: 12, fromHour: 0, toHour: 5 },
      ],
      MIDNIGHT('2026-07-15'),
    );
    const { field } = fieldOf('alternate', 'dry', dry);
    const level = (hours: number) => levelOf(field.at(MIDNIGHT('2026-07-15') + hours * HOUR).before);
    expect(level(0) - level(3)).toBeGreaterThan(30);
    expect(level(12 * 24)).toBeLessThan(-150);
  });

  it('rises at 10 mm/h while irrigated and then falls by 5 to 10 mm a day', () => {
    const start = MIDNIGHT('2026-07-15');
    const { field } = fieldOf(
      'alternate',
      'ramp',
      timed([{ condition: 'rain', mmPerHour: 0, fromHour: -300, toHour: 30 * 24 }], start),
    );
    const falls: number[] = [];
    for (let at = start; at < start + 14 * DAY; at += FIELD_STEP_MS) {
      const { before, after } = field.at(at);
      const rise = (levelOf(after) - levelOf(before)) * 2;
      if (after.isIrrigating) {
        expect(rise).toBeGreaterThan(9);
        expect(rise).toBeLessThan(10.01);
      } else falls.push(rise);
    }
    const daily = (-24 * falls.reduce((sum, fall) => sum + fall, 0)) / falls.length;
    expect(daily).toBeGreaterThan(5);
    expect(daily).toBeLessThan(11);
  });
});

describe('the rain gauge', () => {
  it('reports each tip once, however often it is asked', () => {
    const start = MIDNIGHT('2026-07-15');
    const conditions = [
      { condition: 'rain', mmPerHour: 0, fromHour: -240, toHour: 240 } as const,
      { condition: 'rain', mmPerHour: 7, fromHour: 3, toHour: 6 } as const,
    ];
    for (const everyMs of [20_000, 60_000, 600_000, 1_700_000]) {
      const model = modelOf('gantang-paddy-1-level', { start, conditions });
      let sum = 0;
      for (let at = start; at < start + 12 * HOUR; at += everyMs) sum += model.sample(at, at - everyMs).rainfall ?? 0;
      expect(sum).toBeGreaterThan(20.7);
      expect(sum).toBeLessThan(21.01);
    }
  });
});

describe('life in a paddy', () => {
  it('under closed rice keeps oxygen and pH in what a rice–crab field measured: 2.66-5.72 mg/L, 7.40-8.23', () => {
    const start = MIDNIGHT('2026-07-15');
    const conditions = timed(
      [{ condition: 'sky', state: 'clear', clearness: 0.5, fromHour: -400, toHour: 400 }],
      start,
    );
    const { weather, field } = fieldOf('crab', 'canopy', conditions);
    const life = createLife({ weather, ...KAIJIANG, regime: 'crab', shift: 0, leakiness: 1, conditions }, field, 0);
    const states = Array.from({ length: 96 }, (_, step) => life.at(start + step * FIELD_STEP_MS).before);
    const oxygen = states.map((state) => state.oxygen);
    const ph = states.map((state) => state.ph);
    expect(Math.min(...oxygen)).toBeGreaterThan(2.2);
    expect(Math.max(...oxygen)).toBeLessThan(7);
    expect(Math.max(...oxygen) - Math.min(...oxygen)).toBeGreaterThan(1.5);
    expect(Math.min(...ph)).toBeGreaterThan(7.3);
    expect(Math.max(...ph)).toBeLessThan(8.3);
  });

  it('warms the soil later and less the deeper it is', () => {
    const conditions = skies({});
    const model = modelOf('gantang-paddy-1-level', { start: MIDNIGHT('2026-06-12'), conditions });
    // From morning to morning, so that the late peak of deep soil is within.
    const start = MIDNIGHT('2026-06-12') + 9 * HOUR;
    const swing = (field: string) => {
      const values = Array.from({ length: 144 }, (_, step) => model.sample(start + step * 600_000)[field] ?? 0);
      return { reach: Math.max(...values) - Math.min(...values), peak: values.indexOf(Math.max(...values)) };
    };
    const [five, ten, twenty] = [
      swing('soil_temperature_5cm'),
      swing('soil_temperature_10cm'),
      swing('soil_temperature_20cm'),
    ];
    expect(five.reach).toBeGreaterThan(ten.reach);
    expect(ten.reach).toBeGreaterThan(twenty.reach);
    expect(twenty.peak).toBeGreaterThan(five.peak);
  });
});
