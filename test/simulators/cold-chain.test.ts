/** Air warms in minutes when a door opens, goods take hours; the figures were worked out beforehand for a van of 14 m³ at 32 °C. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, beginBox, saturatedMoisture, stepBox } from '../../simulators/cold/box.ts';
import { VAN } from '../../simulators/cold/boxes.ts';
import type { Condition } from '../../simulators/conditions.ts';
import { DAY, HOUR, JULY, modelOf } from './world.ts';

const CHILLED: Box = { ...VAN, setpoint: 2, swing: 1, cargoHeat: 3500, cooling: 4500 };
const FROZEN: Box = { ...VAN, setpoint: -20, swing: 1.5, cargoHeat: 1900, cooling: 3000 };
const OPENED = 5 * 3600;

/** Ten hours at 32 °C; at the fifth a door opens or the compressor dies. */
function tenHours(box: Box, { doorMinutes = 0, isFailed = false }) {
  const closed = OPENED + doorMinutes * 60;
  let state = beginBox(box, 32);
  let peak = -99;
  let recovered: number | undefined;
  let coolingSteps = 0;
  const limit = box === CHILLED ? 4 : -18;
  for (let second = 0; second < 2 * OPENED; second += 30) {
    state = stepBox(
      box,
      state,
      {
        temperature: 32,
        moisture: saturatedMoisture(box.setpoint) + 0.01,
        radiation: 667,
        isDoorOpen: second >= OPENED && second < closed,
        isDefrosting: false,
        isFailed: isFailed && second >= OPENED,
      },
      30,
    );
    if (second < OPENED) coolingSteps += state.isCooling ? 1 : 0;
    else peak = Math.max(peak, state.probe);
    if (second > closed && state.probe < limit) recovered ??= (second - closed) / 60;
  }
  return { ...state, peak, recovered, duty: coolingSteps / (OPENED / 30) };
}

describe('a refrigerated van at 32 °C', () => {
  it.each([
    ['chilled', CHILLED, 4, 5.3, 5],
    ['chilled', CHILLED, 8, 8.6, 8],
    ['frozen', FROZEN, 4, -10.3, 17],
    ['frozen', FROZEN, 8, -2.7, 24],
  ])(
    '%s: a door open for minutes lets the air rise and takes minutes to mend',
    (_name, box, minutes, peak, recovery) => {
      const day = tenHours(box, { doorMinutes: minutes });
      expect(Math.abs(day.peak - peak)).toBeLessThan(1.5);
      expect(Math.abs((day.recovered ?? 99) - recovery)).toBeLessThan(3);
    },
  );

  it('chilled air is back within ten minutes, the frozen box takes two to four times as long', () => {
    const chilled = tenHours(CHILLED, { doorMinutes: 4 }).recovered ?? 99;
    const frozen = tenHours(FROZEN, { doorMinutes: 4 }).recovered ?? 99;
    expect(chilled).toBeLessThan(10);
    expect(frozen).toBeGreaterThan(2 * chilled);
  });

  it('without compressor warms its air to 14 °C in five hours while the goods stay below 4.5 °C', () => {
    const broken = tenHours(CHILLED, { isFailed: true });
    expect(broken.air).toBeGreaterThan(12);
    expect(broken.air).toBeLessThan(17);
    expect(broken.cargo).toBeLessThan(4.5);
    expect(broken.cargo).toBeGreaterThan(2.5);
  });

  it('runs its compressor a fifth of the time chilled, a third frozen', () => {
    expect(tenHours(CHILLED, {}).duty).toBeCloseTo(0.2, 1);
    expect(tenHours(FROZEN, {}).duty).toBeCloseTo(0.36, 1);
  });

  it('never leaves the range between its coil and the hottest roof, whatever happens to it', () => {
    const happening = fc.record({
      temperature: fc.integer({ min: -10, max: 42 }),
      moisture: fc.double({ min: 0, max: 0.03, noNaN: true }),
      radiation: fc.integer({ min: 0, max: 1000 }),
      isDoorOpen: fc.boolean(),
      isDefrosting: fc.boolean(),
      isFailed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(CHILLED, FROZEN),
        fc.array(happening, { minLength: 1, maxLength: 20 }),
        (box, all) => {
          let state = beginBox(box, 20);
          for (const outside of all)
            for (let step = 0; step < 60; step++) {
              state = stepBox(box, state, outside, 30);
              expect(state.air).toBeGreaterThan(-60);
              expect(state.air).toBeLessThan(60);
              expect(state.humidity).toBeGreaterThan(0);
              expect(state.humidity).toBeLessThan(100);
            }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('cold stores', () => {
  it('defrost three times a day and have their doors open for 1 to 3 % of the time, in working hours only', () => {
    const model = modelOf('logistics-frozen-1-logger');
    let defrosts = 0;
    let wasDefrosting = false;
    let open = 0;
    for (let at = JULY; at < JULY + 5 * DAY; at += 60_000) {
      const { defrost_on, door_open } = model.sample(at);
      if (defrost_on === 1 && !wasDefrosting) defrosts++;
      wasDefrosting = defrost_on === 1;
      if (door_open === 1) {
        open++;
        const hour = ((at - JULY) / HOUR) % 24;
        expect(hour).toBeGreaterThanOrEqual(6);
        expect(hour).toBeLessThan(20.5);
      }
    }
    expect(defrosts).toBe(15);
    expect(open / 7200).toBeGreaterThan(0.008);
    expect(open / 7200).toBeLessThan(0.035);
  });

  it('step within 15 minutes as a real chilled store does: median 0.2 K, 99 % below 1.2 K', () => {
    const model = modelOf('logistics-chilled-1-logger');
    const values = Array.from(
      { length: 14 * 96 },
      (_, index) => model.sample(JULY + index * 900_000).air_temperature ?? 0,
    );
    const steps = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? value)));
    steps.sort((a, b) => a - b);
    expect(steps[Math.floor(0.5 * steps.length)]).toBeLessThan(0.45);
    expect(steps[Math.floor(0.99 * steps.length)]).toBeLessThan(1.6);
  });
});

describe('a van on its round', () => {
  it('drives, stops with an open door, loses its position in tunnels and stands at night', () => {
    const model = modelOf('reefer-1-logger');
    let moving = 0;
    let doors = 0;
    let wasOpen = false;
    let lost = 0;
    let longestLoss = 0;
    let losing = 0;
    for (let at = JULY; at < JULY + DAY; at += 10_000) {
      const { speed, door_open, latitude, longitude } = model.sample(at);
      const hour = ((at - JULY) / HOUR) % 24;
      if ((speed ?? 0) > 0) moving++;
      if (door_open === 1 && !wasOpen) doors++;
      wasOpen = door_open === 1;
      if (door_open === 1) expect(speed).toBe(0);
      if (hour < 5) expect(speed).toBe(0);
      losing = latitude === undefined ? losing + 10 : 0;
      lost += latitude === undefined ? 1 : 0;
      longestLoss = Math.max(longestLoss, losing);
      if (latitude !== undefined && longitude !== undefined) {
        expect(latitude).toBeGreaterThan(30.7);
        expect(latitude).toBeLessThan(31.3);
        expect(longitude).toBeGreaterThan(107.7);
        expect(longitude).toBeLessThan(108.1);
      }
    }
    expect(moving / 360).toBeGreaterThan(0.8);
    expect(moving / 360).toBeLessThan(4);
    expect(doors).toBeGreaterThanOrEqual(6);
    expect(lost).toBeGreaterThan(3);
    expect(longestLoss).toBeGreaterThanOrEqual(30);
    expect(longestLoss).toBeLessThanOrEqual(240);
  });

  it('moves as fast as it says', () => {
    const model = modelOf('reefer-2-logger');
    let driven = 0;
    let said = 0;
    let last: readonly [number, number] | undefined;
    for (let at = JULY + 5 * HOUR; at < JULY + 10 * HOUR; at += 10_000) {
      const { latitude, longitude, speed = 0 } = model.sample(at);
      if (latitude === undefined || longitude === undefined || last === undefined || speed === 0) {
        last = latitude === undefined || longitude === undefined ? undefined : [latitude, longitude];
        continue;
      }
      driven += Math.hypot((latitude - last[0]) * 111_320, (longitude - last[1]) * 111_320 * Math.cos(0.5424));
      said += (speed / 3.6) * 10;
      last = [latitude, longitude];
    }
    expect(said).toBeGreaterThan(10_000);
    expect(Math.abs(driven / said - 1)).toBeLessThan(0.08);
  });

  it('with a dead compressor shows it in the air first and in the goods hours later', () => {
    const conditions: Condition[] = [
      { condition: 'compressor', state: 'failed', fromHour: 10, toHour: 18, sites: ['reefer-1'] },
    ];
    const broken = modelOf('reefer-1-logger', { conditions });
    const whole = modelOf('reefer-1-logger');
    const at = (hour: number) => ({
      broken: broken.sample(JULY + hour * HOUR),
      whole: whole.sample(JULY + hour * HOUR),
    });
    expect(at(9.9).broken).toEqual(at(9.9).whole);
    const later = at(13);
    expect(later.broken.compressor_on).toBe(0);
    expect((later.broken.air_temperature ?? 0) - (later.whole.air_temperature ?? 0)).toBeGreaterThan(3);
    expect((later.broken.product_temperature ?? 0) - (later.whole.product_temperature ?? 0)).toBeLessThan(1.5);
  });
});
