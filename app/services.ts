/** Services shared by roles: data folder, kinds, log, shared state, registry, notification channels, cluster. */
import { randomUUID } from 'node:crypto';
import { uptime } from 'node:os';
import { type ChannelBook, openChannelBook } from '../alarms/notify/channel-book.ts';
import { watchDiskSpace } from '../base/disk-space.ts';
import type { Log } from '../base/logger.ts';
import type { Bus } from '../bus/bus.ts';
import { followPresence, type Presence, withCarriers } from '../cluster/presence.ts';
import type { PubSub } from '../cluster/pubsub/pubsub.ts';
import { FORMATS } from '../ingest/decoders/table.ts';
import type { Kv } from '../kv/kv.ts';
import { openPeople, type People } from '../people/people.ts';
import { type Gateways, openGateways } from '../registry/gateways.ts';
import { openRegistry } from '../registry/open-registry.ts';
import type { Registry } from '../registry/registry.ts';
import { seedsAt, withoutDemo } from '../seeds/seeds.ts';
import type { Kind } from '../sensors/kind.ts';
import { loadKinds } from '../sensors/kinds.ts';
import { withShownUnits } from '../sensors/shown-units.ts';
import { type BackendContext, openBus, openKv, openPubSub, sharedParts } from './backends.ts';
import type { Config } from './config.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type InstallationClock, openInstallationClock } from './installation-clock.ts';
import { sharedSecret } from './shared-secret.ts';
import { orderDevices } from './siren.ts';

export interface AppContext {
  readonly config: Config;
  readonly log: Log;
  readonly clock: () => number;
}

export interface Services extends AppContext {
  readonly folder: DataFolder;
  readonly context: BackendContext;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly bus: Bus;
  readonly kv: Kv;
  readonly registry: Registry;
  readonly gateways: Gateways;
  /** Notification channels and plan: one copy for the notifier and the API of this process. */
  readonly channelBook: ChannelBook;
  readonly pubsub: PubSub;
  /** Connected devices of all processes. */
  readonly presence: Presence;
  /** Unique to this process and this start. */
  readonly id: string;
  readonly token: string;
  readonly sessionSecret: string;
  readonly people: People;
  /** Monotonic ms. */
  readonly monotonic: () => number;
  readonly installation: InstallationClock;
}

/** Closes everything opened, in reverse order. */
export type Closer = <T extends { close(): Promise<void> | void }>(part: T) => T;

export async function openServices({ config, log, clock }: AppContext, keep: Closer): Promise<Services> {
  const folder = keep(await openDataFolder(config.dataDir));
  if (folder.weakLock !== undefined) {
    const { path, weakLock: reason } = folder;
    log.warn(
      { folder: path, reason },
      'no socket can be made in the data folder: a second container on it would not be noticed',
    );
  }
  const loaded = await loadKinds(config.kindsDir);
  const kinds = new Map([...loaded].map(([name, kind]) => [name, withShownUnits(kind, config.units)]));
  const context = { config, folder: folder.path, clock, log, space: watchDiskSpace(folder.path, config.diskReserve) };
  const bus = keep(await openBus(context));
  const kv = keep(await openKv(context));
  const registry = keep(
    await openRegistry({ kv, kinds, seeds: config.demo ? seedsAt(clock()) : withoutDemo, formats: FORMATS, clock }),
  );
  const gateways = keep(openGateways(registry));
  const { isLogShared: isShared } = sharedParts(config);
  // Unlike `performance.now` it continues while the machine sleeps.
  const bootTime = () => uptime() * 1000;
  const installation = keep(await openInstallationClock({ kv, clock, monotonic: bootTime, isShared }));
  const pubsub = keep(await openPubSub(context));
  const monotonic = () => performance.now();
  const presence = withCarriers(keep(await followPresence(pubsub, monotonic)), gateways.carrierOf);
  const order = orderDevices({ bus, kv, pubsub, presence, registry, clock, monotonic, log });
  const channelBook = keep(await openChannelBook(kv, clock, order));
  const shelf = { folder, kv, isShared };
  const token = config.apiToken ?? (await sharedSecret(shelf, 'api-token'));
  const sessionSecret = await sharedSecret(shelf, 'session-secret');
  const people = keep(await openPeople({ kv, token, clock, log }));
  const id = randomUUID();
  const shared = { pubsub, presence, id, token, sessionSecret, people, monotonic, installation };
  return { config, log, clock, folder, context, kinds, bus, kv, registry, gateways, channelBook, ...shared };
}
