/** Chooses the model of a simulated device: the physical model of its kind if there is one, otherwise the generic signal. */

import { DaoyuError } from '../base/errors.ts';
import { clientIdOf } from '../base/topics.ts';
import type { Kind } from '../sensors/kind.ts';
import { type Condition, timedConditions } from './conditions.ts';
import type { FleetMember } from './fleet.ts';
import type { CreateModel, Model } from './model.ts';
import { createSignal } from './signal.ts';
import { createWeather, KAIJIANG } from './weather/weather.ts';

export interface WorldOptions {
  /** Equal seeds give equal weather, waters and sensors. */
  readonly seed: string;
  /** Start of the hours of conditions, epoch ms. */
  readonly start: number;
  readonly conditions: readonly Condition[];
}

export function createModelOf(
  kinds: ReadonlyMap<string, Kind>,
  models: ReadonlyMap<string, CreateModel>,
  world: WorldOptions = { seed: 'kaijiang', start: 0, conditions: [] },
): (member: FleetMember) => Model {
  const conditions = timedConditions(world.conditions, world.start);
  const weather = createWeather({ seed: world.seed, ...KAIJIANG, conditions });
  return (member) => {
    const kind = kinds.get(member.kind);
    if (kind === undefined)
      throw new DaoyuError(
        'KIND_UNKNOWN',
        `there is no sensor kind ${member.kind}; known: ${[...kinds.keys()].join(', ')}`,
      );
    const createModel = models.get(kind.name);
    if (createModel === undefined) return createSignal(kind, `${world.seed}/${clientIdOf(member)}`);
    return createModel({
      kind,
      seed: world.seed,
      site: `${member.park}.${member.site}`,
      device: clientIdOf(member),
      profile: member.profile,
      siteType: member.siteType,
      latitude: member.latitude ?? KAIJIANG.latitude,
      longitude: member.longitude ?? KAIJIANG.longitude,
      lateDays: member.lateDays,
      boundary: member.boundary,
      weather,
      // A site without a position counts as at the county seat.
      conditions: conditions.filter(({ sites }) => sites === undefined || sites.includes(member.site)),
    });
  };
}
