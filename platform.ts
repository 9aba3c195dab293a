/** The composition root: opens the roles on their foundation, in the order in which they lean on each other, and closes in reverse. */
import type { Logger } from 'pino';
import { openStore } from './backends.ts';
import type { Admit, Broker } from './broker/broker.ts';
import type { Config } from './config.ts';
import { openApiRole } from './roles/api-role.ts';
import { openBrokerRole } from './roles/broker-role.ts';
import { type Keep, openFoundation } from './roles/foundation.ts';
import { openIngestRole } from './roles/ingest-role.ts';
import type { Kind } from './sensors/kind.ts';
import type { Store } from './store/store.ts';

export interface Platform {
  readonly urls: { readonly http: string; readonly mqtt: Broker['urls'] };
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly token: string;
  signInLink(): string;
  /** Whether nothing was ever stored. */
  isEmpty(): Promise<boolean>;
  /** Stops intake first, lets what is under way become durable, then closes the rest. */
  close(): Promise<void>;
}

export interface PlatformOptions {
  readonly log: Logger;
  readonly clock: () => number;
  /** Stands between broker and intake: for the measurements and controls that need another admit than ours. */
  readonly wrapAdmit?: (admit: Admit) => Admit;
  /** Stands between the platform and its store: for faults that a real store shows too seldom. */
  readonly wrapStore?: (store: Store) => Store;
}

export async function startPlatform(config: Config, options: PlatformOptions): Promise<Platform> {
  const opened: (() => Promise<void> | void)[] = [];
  const keep: Keep = (part) => {
    opened.push(() => part.close());
    return part;
  };
  const close = async () => {
    for (const closePart of opened.splice(0).reverse()) await closePart();
  };
  try {
    return { ...(await open(config, options, keep)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  config: Config,
  { log, clock, wrapAdmit = (admit) => admit, wrapStore = (store) => store }: PlatformOptions,
  keep: Keep,
): Promise<Omit<Platform, 'close'>> {
  const foundation = await openFoundation({ config, log, clock }, keep);
  const { folder, place, kinds, bus, state } = foundation;
  const token = config.apiToken ?? folder.secret('api-token');
  const sessionSecret = folder.secret('session-secret');

  const store = wrapStore(keep(await openStore(place, kinds, state)));
  await openIngestRole(foundation, store, keep);
  const { broker, bridge } = await openBrokerRole(foundation, wrapAdmit, keep);
  const api = await openApiRole(foundation, { store, broker, ...(bridge && { bridge }), token, sessionSecret }, keep);

  return {
    urls: { http: api.url, mqtt: broker.urls },
    kinds,
    token,
    signInLink: () => api.signInLink(),
    isEmpty: async () => (await store.status()).readings === 0 && (await bus.status()).lastPosition === 0,
  };
}
