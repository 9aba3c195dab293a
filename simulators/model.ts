/** The contract of models of simulated devices, and the setting of a physical model. */
import type { Kind } from '../sensors/kind.ts';
import type { Polygon } from '../sensors/polygon.ts';
import type { TimedCondition } from './conditions.ts';
import type { Weather } from './weather/weather.ts';

export interface Model {
  /** Values by field name at an instant (epoch ms), as shown by the sensors; empty if the device is silent. Depends on seed and instant only, whatever the order of calls. */
  /** Sums such as rain count from `since`, the time of the previous reading; without it, over the last ten minutes. */
  sample(at: number, since?: number): Record<string, number>;
  /** Obeys a command from an instant on. False: the command is invalid for this equipment; absent or undefined: there is no such equipment. */
  obey?(name: string, value: unknown, at: number): boolean | undefined;
}

export interface ModelSetting {
  readonly kind: Kind;
  /** Seed of the whole run: equal seeds give equal worlds. */
  readonly seed: string;
  /** `park.site`: devices of one site are in the same water or room. */
  readonly site: string;
  /** `park.device`: seeds the differences between two sensors at one place. */
  readonly device: string;
  /** Threshold profile of the site, which tells the stock: `crab_pond`, `frozen_fish`. */
  readonly profile: string | undefined;
  /** `pond`, `paddy`, `cold_store`, `vehicle`, `field`. */
  readonly siteType: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
  /** Days by which the season is later than the county's average; undefined: drawn from the seed. */
  readonly lateDays: number | undefined;
  /** Outline of a field; undefined: one of the model's own. */
  readonly boundary: Polygon | undefined;
  /** Shared by the whole fleet. */
  readonly weather: Weather;
  /** Conditions that affect the site. */
  readonly conditions: readonly TimedCondition[];
}

/** The default export of a file in `models/`, which is named after its kind. */
export type CreateModel = (setting: ModelSetting) => Model;
