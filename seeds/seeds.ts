/** What a fresh install begins with: parks, sites, demo devices and threshold profiles. Passwords are made at first start, never here. */
import { devices } from './devices.ts';
import { parks } from './parks.ts';
import { coldChain } from './profiles/cold-chain.ts';
import { drone } from './profiles/drone.ts';
import { paddies } from './profiles/paddies.ts';
import { ponds } from './profiles/ponds.ts';
import { sites } from './sites.ts';

export const seeds = { parks, sites, devices, profiles: [...ponds, ...paddies, ...coldChain, ...drone] };
