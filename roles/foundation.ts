/** What every role stands on: data folder, kinds, log, shared state, registry, and what the processes of a platform share. */
import { randomUUID } from 'node:crypto';
import { openBus, openState, openWire, type Place, sharedParts } from '../backends.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import { type DataFolder, openDataFolder } from '../data-folder.ts';
import { watchDiskSpace } from '../disk-space.ts';
import type { Log } from '../ingest/log.ts';
import type { Registry } from '../ingest/registry.ts';
import { openRegistry } from '../ingest/registry-state.ts';
import { seedsAt } from '../seeds/seeds.ts';
import type { Kind } from '../sensors/kind.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { State } from '../state/state.ts';
import type { Wire } from '../wire/wire.ts';
import { followPresence, type Presence } from './presence.ts';
import { sharedSecret } from './secrets.ts';

export interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  readonly clock: () => number;
}

export interface Foundation extends Surroundings {
  readonly folder: DataFolder;
  readonly place: Place;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly bus: Bus;
  readonly state: State;
  readonly registry: Registry;
  readonly wire: Wire;
  /** Who is connected anywhere. */
  readonly presence: Presence;
  /** Of this process, another one at each start. */
  readonly id: string;
  readonly token: string;
  readonly sessionSecret: string;
  /** Ms of a clock that nobody sets. */
  readonly monotonic: () => number;
}

/** Remembers to close what was opened, in reverse order. */
export type Keep = <T extends { close(): Promise<void> | void }>(part: T) => T;

export async function openFoundation({ config, log, clock }: Surroundings, keep: Keep): Promise<Foundation> {
  const folder = keep(openDataFolder(config.dataDir));
  const kinds = await loadKinds(config.kindsDir);
  const place = { config, folder: folder.path, clock, log, space: watchDiskSpace(folder.path, config.diskReserve) };
  const bus = keep(await openBus(place));
  const state = keep(await openState(place));
  const registry = keep(await openRegistry({ state, kinds, seeds: seedsAt(clock()), clock }));
  const wire = keep(await openWire(place));
  const monotonic = () => performance.now();
  const presence = keep(await followPresence(wire, monotonic));
  const shelf = { folder, state, isShared: sharedParts(config).isLogShared };
  const token = config.apiToken ?? (await sharedSecret(shelf, 'api-token'));
  const sessionSecret = await sharedSecret(shelf, 'session-secret');
  const id = randomUUID();
  const shared = { wire, presence, id, token, sessionSecret, monotonic };
  return { config, log, clock, folder, place, kinds, bus, state, registry, ...shared };
}
