/** What every role stands on: data folder, kinds, log, shared state, registry. */
import { openBus, openState, type Place } from '../backends.ts';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import { type DataFolder, openDataFolder } from '../data-folder.ts';
import { watchDiskSpace } from '../disk-space.ts';
import type { Log } from '../ingest/log.ts';
import type { Registry } from '../ingest/registry.ts';
import { openRegistry } from '../ingest/registry-state.ts';
import { seeds } from '../seeds/seeds.ts';
import type { Kind } from '../sensors/kind.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { State } from '../state/state.ts';

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
}

/** Remembers to close what was opened, in reverse order. */
export type Keep = <T extends { close(): Promise<void> | void }>(part: T) => T;

export async function openFoundation({ config, log, clock }: Surroundings, keep: Keep): Promise<Foundation> {
  const folder = keep(openDataFolder(config.dataDir));
  const kinds = await loadKinds(config.kindsDir);
  const place = { config, folder: folder.path, clock, log, space: watchDiskSpace(folder.path, config.diskReserve) };
  const bus = keep(await openBus(place));
  const state = keep(await openState(place));
  const registry = keep(await openRegistry({ state, kinds, seeds, clock }));
  return { config, log, clock, folder, place, kinds, bus, state, registry };
}
