/** Content of a fresh install: parks, sites, demo devices and threshold profiles. Passwords are generated at first start, never here. */
import type { Site } from '../registry/registry.ts';
import { boundaries } from './boundaries.ts';
import { devices } from './devices.ts';
import { parks } from './parks.ts';
import { coldChain } from './profiles/cold-chain.ts';
import { drone } from './profiles/drone.ts';
import { dryers } from './profiles/dryer.ts';
import { orchards } from './profiles/orchard.ts';
import { paddies } from './profiles/paddies.ts';
import { ponds } from './profiles/ponds.ts';
import { weather } from './profiles/weather.ts';
import { seasons, stagesAround } from './seasons.ts';
import { sites } from './sites.ts';

/** What an installation without the demo begins with: threshold profiles, and nothing measured by them. */
export const withoutDemo = {
  parks: [],
  sites: [],
  profiles: [...ponds, ...paddies, ...coldChain, ...drone, ...dryers, ...orchards, ...weather],
};

/** Without what depends on the date. */
export const seeds = {
  parks: parks.map((park) => ({ ...park, isDemo: true })),
  sites,
  devices,
  profiles: withoutDemo.profiles,
};

/** The same with the rice years around a time, and the outlines of fields. */
export function seedsAt(time: number): typeof seeds & { readonly sites: readonly Site[] } {
  return { ...seeds, sites: sites.map((site) => withDetails(site, time)) };
}

function withDetails(site: Site, time: number): Site {
  const season = seasons[site.id];
  const boundary = boundaries[site.id];
  return { ...site, ...(season && { stages: stagesAround(time, season) }), ...(boundary && { boundary }) };
}
