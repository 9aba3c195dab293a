import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { createFaultsOf, loadFaults } from '../../simulators/faults.ts';
import type { FleetMember } from '../../simulators/fleet-member.ts';
import { loadModels } from '../../simulators/models.ts';
import { createWorld } from '../../simulators/run.ts';
import { checkScenario, loadScenario, loadScenarios } from '../../simulators/scenario.ts';
import { startInPast } from '../../simulators/scenario-scope.ts';

const kinds = await loadKinds();
const models = await loadModels();
const faults = await loadFaults();
const context = { kinds, faults };
const scenarios = await loadScenarios(context);
const NOW = Date.UTC(2026, 10, 24, 8);
const HOUR = 3_600_000;
const MINUTE = 60_000;

const fleet: readonly FleetMember[] = seeds.devices.map(({ park, site, device, kind, intervalMs = 60_000 }) => {
  const place = seeds.sites.find((each) => each.park === park && each.id === site);
  return {
    ...{ park, site, device, kind, intervalMs, password: '' },
    ...(place?.profile && { profile: place.profile }),
    ...(place?.type && { siteType: place.type }),
  };
});

/** Values of one field of one demo device through a scenario, by minutes. */
function series(name: string, device: string, field: string, everyMinutes = 5) {
  const scenario = scenarios.get(name);
  const member = fleet.find((each) => each.device === device);
  if (scenario === undefined || member === undefined) throw new Error(`no ${name} or ${device}`);
  const from = startInPast(scenario, NOW);
  const model = createWorld({ kinds, models, scenario, seed: 'kaijiang', from })(member);
  const points: { readonly hour: number; readonly value: number }[] = [];
  for (let at = from; at < from + scenario.hours * HOUR; at += everyMinutes * MINUTE) {
    const value = model.sample(at)[field];
    if (value !== undefined) points.push({ hour: (at - from) / HOUR, value });
  }
  const within = (fromHour: number, toHour: number) =>
    points.filter(({ hour }) => hour >= fromHour && hour < toHour).map(({ value }) => value);
  return {
    points,
    min: (fromHour: number, toHour: number) => Math.min(...within(fromHour, toHour)),
    max: (fromHour: number, toHour: number) => Math.max(...within(fromHour, toHour)),
    mean: (fromHour: number, toHour: number) =>
      within(fromHour, toHour).reduce((sum, each, _, { length }) => sum + each / length, 0),
  };
}

describe('the scenarios that come with the program', () => {
  it('are the nine of the documentation, each valid, with words in both languages', () => {
    expect([...scenarios.keys()]).toEqual([
      'bad-night',
      'bad-sensors',
      'blackout',
      'calm-week',
      'flaky-4g',
      'heat-wave',
      'reefer-breakdown',
      'seeding-day',
      'two-overcast-days',
    ]);
  });

  it('strike some demo device with each of their faults, in a window inside of their length', () => {
    for (const [name, scenario] of scenarios) {
      const plans = scenario.faults;
      const of = createFaultsOf({ faults, plans, fleet, start: 0, seed: 's' });
      const planned = fleet.flatMap((member) => {
        const kind = kinds.get(member.kind);
        return kind === undefined ? [] : of(member, kind).planned;
      });
      for (const { fault } of plans) {
        const struck = planned.filter((each) => each.fault === fault && each.windows.length > 0);
        expect(struck.length, `${name}: ${fault}`).toBeGreaterThan(0);
        if (faults.get(fault)?.readings !== undefined)
          expect(
            struck.some(({ fields }) => fields.length > 0),
            `${name}: ${fault}`,
          ).toBe(true);
      }
      for (const { windows } of planned)
        for (const { to } of windows) expect(to, name).toBeLessThanOrEqual(scenario.hours * HOUR);
    }
  });

  it('use every fault there is', () => {
    const used = new Set([...scenarios.values()].flatMap((scenario) => scenario.faults.map(({ fault }) => fault)));
    expect([...faults.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  it('name only sites that the demo or a generated fleet has', () => {
    const sites = new Set(seeds.sites.map(({ id }) => id));
    for (const [name, { conditions, faults: plans }] of scenarios) {
      const named = [...conditions.flatMap((each) => each.sites ?? []), ...plans.flatMap(({ on }) => on?.sites ?? [])];
      for (const site of named) expect(sites.has(site) || site.startsWith('sim-'), `${name}: ${site}`).toBe(true);
    }
  });

  it('begin at their hour of Beijing time and end in the past', () => {
    for (const scenario of scenarios.values()) {
      const from = startInPast(scenario, NOW);
      expect((((from / HOUR + 8) % 24) + 24) % 24).toBe(scenario.startHour ?? 0);
      expect(from + scenario.hours * HOUR).toBeLessThanOrEqual(NOW);
      expect(NOW - from - scenario.hours * HOUR).toBeLessThan(24 * HOUR);
    }
  });
});

describe('two-overcast-days', () => {
  const broken = series('two-overcast-days', 'zhuxi-pond-1-station', 'dissolved_oxygen');
  const rescued = series('two-overcast-days', 'zhuxi-pond-3-station', 'dissolved_oxygen');
  // Hours of the four nights' ends; day 1 is sunny.
  const dawns = [5, 29, 53, 77].map((hour) => [hour - 3, hour + 3] as const);

  it('takes the pond with the broken aerator lower each dawn, below 3 mg/L on the third and the fourth', () => {
    const lows = dawns.map(([from, to]) => broken.min(from, to));
    expect(lows[1]).toBeGreaterThan(lows[2] ?? 0);
    expect(lows[2]).toBeLessThan(3);
    expect(lows[3]).toBeLessThan(3);
  });

  it('leaves the other pond to its aerator', () => {
    expect(rescued.min(0, 96)).toBeGreaterThan(3);
    const aerator = series('two-overcast-days', 'zhuxi-pond-3-station', 'aerator_on');
    expect(aerator.mean(48, 80)).toBeGreaterThan(0.2);
  });
});

describe('bad-night', () => {
  it('has a pond that suffocates before the third dawn beside ponds that do not', () => {
    const broken = series('bad-night', 'zhuxi-pond-1-station', 'dissolved_oxygen');
    expect(broken.min(0, 48)).toBeGreaterThan(3);
    expect(broken.min(74, 78)).toBeLessThan(3);
    expect(series('bad-night', 'zhuxi-pond-2-station', 'dissolved_oxygen').min(74, 78)).toBeGreaterThan(3);
  });

  it('has a van and a store that leave their limits, one slowly, one at once', () => {
    const van = series('bad-night', 'reefer-1-logger', 'air_temperature', 1);
    expect(van.max(77, 78)).toBeGreaterThan(van.mean(70, 73) + 3);
    const store = series('bad-night', 'logistics-chilled-1-logger', 'air_temperature', 1);
    expect(store.max(72, 74)).toBeLessThan(4);
    expect(store.max(75, 78)).toBeGreaterThan(4);
  });
});

describe('reefer-breakdown', () => {
  const air = series('reefer-breakdown', 'reefer-1-logger', 'air_temperature', 1);
  const product = series('reefer-breakdown', 'reefer-1-logger', 'product_temperature', 1);

  it('warms the air first and the cargo slowly, and both are cooled again', () => {
    expect(air.mean(9.5, 10)).toBeGreaterThan(air.mean(4, 6) + 4);
    expect(air.mean(9.5, 10) - air.mean(5, 6)).toBeGreaterThan(1.5 * (product.mean(9.5, 10) - product.mean(5, 6)));
    expect(air.mean(20, 24)).toBeLessThan(air.mean(9.5, 10) - 3);
  });

  it('shows the open door of the chilled store, and how soon the air is cold again', () => {
    const store = series('reefer-breakdown', 'logistics-chilled-1-logger', 'air_temperature', 1);
    expect(store.max(14, 15.5)).toBeGreaterThan(store.mean(12, 14) + 2);
    expect(store.mean(17.5, 19)).toBeLessThan(store.mean(12, 14) + 1);
  });
});

describe('heat-wave', () => {
  it('makes ponds hotter than the calm week and takes oxygen from their nights', () => {
    const of = (name: string, field: string) => series(name, 'gantang-pond-2-station', field, 15);
    expect(of('heat-wave', 'water_temperature').max(72, 168)).toBeGreaterThan(
      of('calm-week', 'water_temperature').max(72, 168) + 2,
    );
  });
});

describe('seeding-day', () => {
  it('flies at the hours of its missions and is silent in between', () => {
    const seeding = series('seeding-day', 'renshi-drone-ground', 'hopper_weight', 1);
    const hours = seeding.points.map(({ hour }) => hour);
    expect(hours.filter((hour) => hour >= 2 && hour < 3.5).length).toBeGreaterThan(10);
    expect(hours.filter((hour) => hour >= 8 && hour < 9.5).length).toBeGreaterThan(10);
    expect(hours.filter((hour) => hour < 2 || (hour >= 3.6 && hour < 8) || hour >= 9.6)).toEqual([]);
  });
});

describe('a scenario of one’s own', () => {
  const good = {
    label: { zh: '测试', en: 'Test' },
    about: { zh: '一小时', en: 'an hour' },
    hours: 1,
    fleet: { aquaculture_pond: 1 },
    conditions: [],
    faults: [{ fault: 'stuck', fields: ['ph'], fromHour: 0, toHour: 1 }],
  };
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-scenario-'));

  it('is read from a JSON file or a module', async () => {
    const json = join(folder, 'mine.json');
    writeFileSync(json, JSON.stringify(good));
    expect(await loadScenario(json, context)).toEqual(good);
    const module = join(folder, 'mine.mjs');
    writeFileSync(module, `export default ${JSON.stringify(good)};`);
    expect(await loadScenario(module, context)).toEqual(good);
  });

  it('that is wrong is refused with everything that is wrong and what there is', () => {
    const check = (more: object) => () => checkScenario({ ...good, ...more }, 'mine.json', context);
    expect(check({ hours: 0 })).toThrow(/mine\.json: hours must be > 0/);
    expect(check({ weather: [] })).toThrow(/weather|additional/i);
    expect(check({ season: '02-45' })).toThrow(/season/);
    expect(check({ fleet: { fish: 1 } })).toThrow(/kind "fish"; known: aquaculture_pond/);
    const plan = (more: object) => check({ faults: [{ fault: 'stuck', fromHour: 0, toHour: 1, ...more }] });
    expect(plan({ fault: 'stuk' })).toThrow(/fault 0 \(stuk\): there is no such fault; known: clock-drift/);
    expect(plan({ fields: ['oxygen'] })).toThrow(/no kind of the fleet has a field "oxygen"/);
    expect(plan({ toHour: 0.5, fromHour: 0.6 })).toThrow(/fromHour must be before toHour/);
    expect(plan({ timesADay: 3 })).toThrow(/timesADay and minutes belong together/);
    expect(plan({ fault: 'spike', options: { shar: 0.1 } })).toThrow(/no option shar; it has: share, least, most/);
    expect(plan({ fault: 'spike', options: { share: 2 } })).toThrow(/option share must be <= 1/);
    expect(plan({ on: { kinds: ['cold_chain'] } })).toThrow(/the fleet has no kind "cold_chain"/);
    expect(check({ conditions: [{ condition: 'sky', fromHour: 3, toHour: 1, state: 'clear' }] })).toThrow(
      /condition 0 \(sky\)/,
    );
  });

  it('that is not there is refused with those that are', async () => {
    await expect(loadScenario('calm', context)).rejects.toThrow(
      /no scenario "calm".*known: bad-night, bad-sensors, blackout/,
    );
    writeFileSync(join(folder, 'broken.json'), '{');
    await expect(loadScenario(join(folder, 'broken.json'), context)).rejects.toThrow(/broken\.json is not JSON/);
    await expect(loadScenario(join(folder, 'broken.json'), context)).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
    });
  });
});
