/** The shapes a pond keeper knows: lowest before dawn, highest late in the afternoon, the crash after two dark days, what an aerator can do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../simulators/conditions.ts';
import { createPond, POND_STEP_MS, type PondState } from '../../simulators/pond/pond.ts';
import { CRAB_POND } from '../../simulators/pond/waters.ts';
import { solarHour } from '../../simulators/weather/sun.ts';
import { createWeather, KAIJIANG } from '../../simulators/weather/weather.ts';
import { DAY, HOUR, JULY, modelOf, skies, timed } from './world.ts';

const ABSENT: Condition = { condition: 'aerator', state: 'absent', fromHour: -720, toHour: 720 };

function pondUnder(conditions: readonly Condition[], seed = 'pond') {
  const told = timed(conditions);
  const weather = createWeather({ seed, ...KAIJIANG, conditions: told });
  return createPond({ water: CRAB_POND, weather, longitude: KAIJIANG.longitude, conditions: told, phase: 0.3 });
}

/** The states of a day that begins at its local midnight. */
function dayOf(pond: ReturnType<typeof pondUnder>, day: number) {
  const states: { at: number; hour: number; state: PondState }[] = [];
  for (let at = JULY + day * DAY; at < JULY + (day + 1) * DAY; at += POND_STEP_MS) {
    states.push({ at, hour: solarHour(at, KAIJIANG.longitude), state: pond.at(at).before });
  }
  const by = (sign: 1 | -1, pick: (state: PondState) => number) =>
    states.reduce((best, each) => (sign * pick(each.state) > sign * pick(best.state) ? each : best));
  return {
    states,
    lowest: by(-1, (state) => state.oxygen),
    highest: by(1, (state) => state.oxygen),
    mostAlkaline: by(1, (state) => state.ph),
    aeratedHours: states.filter(({ state }) => state.isAerating).length * (POND_STEP_MS / HOUR),
  };
}

describe('a crab pond', () => {
  it('on a sunny July day has its minimum at dawn and its maximum late in the afternoon, in solar time', () => {
    const { lowest, highest, mostAlkaline } = dayOf(pondUnder([...skies({}), ABSENT]), 1);
    expect(lowest.hour).toBeGreaterThan(4.9);
    expect(lowest.hour).toBeLessThan(6.7);
    expect(highest.hour).toBeGreaterThan(15.5);
    expect(highest.hour).toBeLessThan(18.3);
    expect(lowest.state.oxygen).toBeCloseTo(4.9, 0);
    expect(highest.state.oxygen).toBeCloseTo(11.6, 0);
    // Carbon dioxide goes as oxygen comes.
    expect(Math.abs(mostAlkaline.hour - highest.hour)).toBeLessThan(1.5);
    expect(mostAlkaline.state.ph).toBeGreaterThan(8.7);
    expect(lowest.state.ph).toBeLessThan(8.1);
  });

  it('runs short on the second overcast morning and worse on the third', () => {
    const pond = pondUnder([...skies({ 2: 0.22, 3: 0.18 }), ABSENT]);
    const minima = [2, 3, 4, 5].map((day) => dayOf(pond, day).lowest.state.oxygen);
    const [first = 0, second = 0, third = 0, after = 0] = minima;
    expect(first).toBeGreaterThan(4.5);
    expect(second).toBeLessThan(3.3);
    expect(third).toBeLessThan(2.3);
    expect(third).toBeGreaterThan(1);
    expect(after).toBeGreaterThan(third + 1);
  });

  it('is saved by an automatic aerator, unless that is broken', () => {
    const dark = skies({ 2: 0.22, 3: 0.18 });
    const saved = dayOf(pondUnder(dark), 4);
    expect(saved.lowest.state.oxygen).toBeGreaterThan(3.3);
    expect(saved.aeratedHours).toBeGreaterThan(7);
    const broken = dayOf(pondUnder([...dark, { condition: 'aerator', state: 'broken', fromHour: 48, toHour: 120 }]), 4);
    expect(broken.lowest.state.oxygen).toBeLessThan(2.3);
    expect(broken.aeratedHours).toBeGreaterThan(saved.aeratedHours);
  });

  it('never has negative oxygen, impossible pH or boiling water, whatever the seed, the season and the breakdowns', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 365 }), (seed, day) => {
        const pond = pondUnder([{ ...ABSENT, fromHour: -9000, toHour: 9000 }], seed);
        for (let hour = 0; hour < 48; hour += 1) {
          const { before } = pond.at(JULY + (day - 200) * DAY + hour * HOUR);
          expect(before.oxygen).toBeGreaterThan(0);
          expect(before.oxygen).toBeLessThan(22);
          expect(before.ph).toBeGreaterThan(6.5);
          expect(before.ph).toBeLessThan(10.5);
          expect(before.temperature).toBeGreaterThan(0);
          expect(before.temperature).toBeLessThan(38);
          expect(before.ammonia).toBeGreaterThan(0);
          expect(before.ammonia).toBeLessThan(1);
          expect(Math.abs(before.level)).toBeLessThan(300);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('glides over a restart of its trajectory: 5 % of a wrong beginning is less than the probe shows', () => {
    const pond = pondUnder([]);
    let largest = 0;
    let warmest = 0;
    for (let at = JULY; at < JULY + 12 * DAY; at += POND_STEP_MS) {
      const next = pond.at(at + POND_STEP_MS).before;
      const now = pond.at(at).before;
      largest = Math.max(largest, Math.abs(next.oxygen - now.oxygen));
      warmest = Math.max(warmest, Math.abs(next.temperature - now.temperature));
    }
    expect(largest).toBeLessThan(0.3);
    expect(warmest).toBeLessThan(0.2);
  });
});

describe('pond stations', () => {
  it('of one pond feel one water: the bottom probe is colder and poorer on a sunny calm afternoon, alike at dawn', () => {
    const conditions: Condition[] = [...skies({}), { condition: 'wind', speed: 0.6, fromHour: -48, toHour: 48 }];
    const surface = modelOf('zhuxi-pond-3-station', { conditions });
    const bottom = modelOf('zhuxi-pond-3-deep', { conditions });
    const gap = (at: number) => (surface.sample(at).dissolved_oxygen ?? 0) - (bottom.sample(at).dissolved_oxygen ?? 0);
    expect(gap(JULY + 16 * HOUR)).toBeGreaterThan(2);
    expect(Math.abs(gap(JULY + 5.5 * HOUR))).toBeLessThan(1);
    expect(bottom.sample(JULY + 16 * HOUR)).not.toHaveProperty('aerator_on');
  });

  it('with a broken aerator show that it is told to run and draws no power', () => {
    const model = modelOf('zhuxi-pond-1-station', {
      conditions: [
        ...skies({ 0: 0.18, 1: 0.18 }),
        { condition: 'aerator', state: 'broken', fromHour: 0, toHour: 72, sites: ['zhuxi-pond-1'] },
      ],
    });
    const dawn = model.sample(JULY + 53 * HOUR);
    expect(dawn.aerator_on).toBe(1);
    expect(dawn.aerator_power).toBe(0);
    expect(dawn.dissolved_oxygen).toBeLessThan(3);
  });
});
