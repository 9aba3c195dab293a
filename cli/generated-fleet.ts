/** A fleet of any size, registered through the API. Its passwords are stored in a file for the next run. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../app/data-folder.ts';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { writeWhole } from '../base/whole-file.ts';
import type { Mapping } from '../registry/registry.ts';
import { alink, scaledModbus, thingsBoard } from '../seeds/mappings.ts';
import { seeds } from '../seeds/seeds.ts';
import type { Kind } from '../sensors/kind.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { seedOf, uniform } from '../simulators/random.ts';
import { loadFleet } from './fleet-file.ts';
import { type ApiTarget, askPlatform } from './platform-api.ts';

export interface GeneratedFleet {
  readonly count: number;
  /** Kinds with their weights. */
  readonly mix: Readonly<Record<string, number>>;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Credentials file, written when devices were made. */
  readonly file: string;
  readonly target: ApiTarget;
  readonly onProgress?: (done: number, total: number) => void;
}

const PARK = 'daoyu';
/** Devices added concurrently; the file is written after each round. */
const ROUND = 20;
/** Every n-th device of a kind uses a vendor's format. */
const VENDOR_EVERY = 8;
const VENDORS: Readonly<Record<string, readonly Mapping[]>> = {
  aquaculture_pond: [scaledModbus, alink],
  paddy_water: [thingsBoard],
};

/** Rejects with `CREDENTIALS_MISSING` if a device exists but its password is unknown, and `STORAGE_DAMAGED` if the file is damaged. */
export async function generateFleet(options: GeneratedFleet): Promise<readonly FleetMember[]> {
  const { file, target, onProgress } = options;
  const known = new Map((existsSync(file) ? loadFleet(file) : []).map((member) => [member.device, member]));
  const wanted = draft(options);
  const missing = wanted.filter(({ device }) => !known.has(device));
  for (let done = 0; done < missing.length; done += ROUND) {
    onProgress?.(done, missing.length);
    const round = missing.slice(done, done + ROUND);
    for (const member of await Promise.all(round.map((each) => make(each, target, file))))
      known.set(member.device, member);
    keep(file, [...known.values()]);
  }
  if (missing.length > 0) onProgress?.(missing.length, missing.length);
  return wanted.map(({ device }) => known.get(device)).filter((member) => member !== undefined);
}

type Draft = Omit<FleetMember, 'password'> & { readonly mapping?: Mapping };

/** Kinds in turn by weight, so that a smaller fleet is the beginning of a larger one. */
export function draft({ count, mix, kinds }: Pick<GeneratedFleet, 'count' | 'mix' | 'kinds'>): readonly Draft[] {
  const total = Object.values(mix).reduce((sum, weight) => sum + weight, 0);
  const made: Record<string, number> = {};
  return Array.from({ length: count }, (_, index) => {
    const lag = (kind: string) => ((mix[kind] ?? 0) * (index + 1)) / total - (made[kind] ?? 0);
    const kind = Object.keys(mix).reduce((most, each) => (lag(each) > lag(most) ? each : most));
    const number = (made[kind] ?? 0) + 1;
    made[kind] = number;
    return member(kind, number, kinds.get(kind)?.intervalMs ?? 60_000);
  });
}

function member(kind: string, number: number, intervalMs: number): Draft {
  const id = `sim-${kind.replaceAll('_', '-')}-${number}`;
  const samples = seeds.devices.filter((device) => device.kind === kind);
  const sample = samples[(number - 1) % Math.max(1, samples.length)];
  const site = seeds.sites.find((each) => each.park === sample?.park && each.id === sample.site);
  const vendors = VENDORS[kind] ?? [];
  const mapping =
    number % VENDOR_EVERY === 0 ? vendors[(number / VENDOR_EVERY - 1) % Math.max(1, vendors.length)] : undefined;
  const scatter = (axis: number) => 0.2 * (uniform(seedOf(id), axis) - 0.5);
  return {
    ...{ park: PARK, site: id, device: id, kind, intervalMs },
    ...(site?.profile && { profile: site.profile }),
    siteType: site?.type ?? 'other',
    latitude: Number((31.05 + scatter(0)).toFixed(5)),
    longitude: Number((107.92 + scatter(1)).toFixed(5)),
    ...(mapping && { mapping }),
  };
}

async function make(member: Draft, target: ApiTarget, file: string): Promise<FleetMember> {
  const { park, site, device, kind, siteType, profile, mapping } = member;
  try {
    const answer = await askPlatform(target, 'POST', '/api/v1/devices', {
      ...{ park, site, device, kind, siteType },
      ...(profile && { profile }),
      ...(mapping && { mapping }),
    });
    return { ...member, password: (answer as { readonly password: string }).password };
  } catch (error) {
    if (codeOf(error) !== 'DEVICE_EXISTS') throw error;
    throw new DaoyuError(
      'CREDENTIALS_MISSING',
      `the platform has a device ${park}.${device}, but its password is not in ${file}: name the file of the run that made it with --fleet`,
      { cause: error },
    );
  }
}

function keep(file: string, members: readonly FleetMember[]): void {
  makeFolder(dirname(file));
  writeWhole(file, `${JSON.stringify(members, null, 2)}\n`);
}
