/** Worlds for tests of the models: a day in July, skies told, a model of a seeded device. */
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { type Condition, type TimedCondition, timedConditions } from '../../simulators/conditions.ts';
import type { FleetMember } from '../../simulators/fleet.ts';
import type { Model } from '../../simulators/model.ts';
import { createModelOf } from '../../simulators/model-of.ts';
import { loadModels } from '../../simulators/models.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Beijing midnight. */
export const JULY = Date.parse('2026-07-14T00:00:00+08:00');

export const kinds = await loadKinds();
export const models = await loadModels();

export function memberNamed(device: string): FleetMember {
  const found = seeds.devices.find((each) => each.device === device);
  const site = seeds.sites.find((each) => each.id === found?.site);
  if (found === undefined || site === undefined) throw new Error(`no seeded device ${device}`);
  return {
    park: found.park,
    site: found.site,
    device,
    kind: found.kind,
    password: '',
    intervalMs: found.intervalMs ?? 60_000,
    ...(site.profile !== undefined && { profile: site.profile }),
    siteType: site.type,
    ...(site.latitude !== undefined && { latitude: site.latitude }),
    ...(site.longitude !== undefined && { longitude: site.longitude }),
  };
}

export function modelOf(
  device: string,
  world: { seed?: string; start?: number; conditions?: Condition[] } = {},
): Model {
  const { seed = 'test', start = JULY, conditions = [] } = world;
  return createModelOf(kinds, models, { seed, start, conditions })(memberNamed(device));
}

/** Steady sun for weeks around `start`, but for some days of other clearness; no rain. */
export function skies(days: Readonly<Record<number, number>>, clearness = 0.5): Condition[] {
  return [
    { condition: 'sky', state: 'clear', clearness, fromHour: -30 * 24, toHour: 30 * 24 },
    { condition: 'rain', mmPerHour: 0, fromHour: -30 * 24, toHour: 30 * 24 },
    ...Object.entries(days).map(
      ([day, told]): Condition => ({
        condition: 'sky',
        state: 'overcast',
        clearness: told,
        fromHour: Number(day) * 24,
        toHour: Number(day) * 24 + 24,
      }),
    ),
  ];
}

export function timed(conditions: readonly Condition[], start = JULY): readonly TimedCondition[] {
  return timedConditions(conditions, start);
}
