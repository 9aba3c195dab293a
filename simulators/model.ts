/** What a simulated device measures, whatever the physics behind it, and what a physical model is made from. */
import type { Kind } from '../sensors/kind.ts';
import type { Polygon } from '../sensors/polygon.ts';
import type { TimedCondition } from './conditions.ts';
import type { Weather } from './weather/weather.ts';

export interface Model {
  /** Values by field name at an instant (epoch ms), as the device's sensors would show them; empty when it is silent. Same seed, same instant: same values, in whatever order instants are asked for. */
  /** What adds up between two readings (rain) counts from `since`, the device's reading before; without it, over the ten minutes before. */
  sample(at: number, since?: number): Record<string, number>;
  /** Takes a command from an instant on. False: it knows the equipment, not what it is told; absent or undefined: it has no such equipment. */
  obey?(name: string, value: unknown, at: number): boolean | undefined;
}

export interface ModelSetting {
  readonly kind: Kind;
  /** Of the whole run: the same seed makes the same world. */
  readonly seed: string;
  /** `park.site`: the devices of one site hang in the same water or the same room. */
  readonly site: string;
  /** `park.device`: seeds what differs between two sensors in one place. */
  readonly device: string;
  /** The site's threshold profile, which says what is kept there: `crab_pond`, `frozen_fish`. */
  readonly profile: string | undefined;
  /** `pond`, `paddy`, `cold_store`, `vehicle`, `field`. */
  readonly siteType: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
  /** By how many days the season here is later than the county's middle; undefined: by chance. */
  readonly lateDays: number | undefined;
  /** The outline of a field; undefined: one of the model's own. */
  readonly boundary: Polygon | undefined;
  /** One sky over the whole fleet. */
  readonly weather: Weather;
  /** Those that concern the site. */
  readonly conditions: readonly TimedCondition[];
}

/** The default export of each file in `models/`, named after its kind. */
export type CreateModel = (setting: ModelSetting) => Model;
