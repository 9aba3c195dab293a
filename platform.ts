/** The composition root: the only file that knows everybody. Opens the parts in the order they lean on each other, closes them in reverse. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { openApi } from './api/server.ts';
import { openBus, openState, openStore } from './backends.ts';
import { openBroker } from './broker/aedes.ts';
import type { Admit, Broker } from './broker/broker.ts';
import { generatePassword, hashPassword } from './broker/credentials.ts';
import type { Config } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import { addDemoDevices } from './demo.ts';
import { watchDiskSpace } from './disk-space.ts';
import { createIntake } from './ingest/intake.ts';
import { openLedger } from './ingest/ledger.ts';
import { openLiveFeed } from './ingest/live-feed.ts';
import { openQuarantine } from './ingest/quarantine.ts';
import type { NewDevice } from './ingest/registry.ts';
import { openRegistry } from './ingest/registry-state.ts';
import { startStoreWriter } from './ingest/store-writer.ts';
import { readinessOf } from './readiness.ts';
import { startRetention } from './retention.ts';
import { seeds } from './seeds/seeds.ts';
import type { Kind } from './sensors/kind.ts';
import { loadKinds } from './sensors/kinds.ts';
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

const PAGE_FOLDER = [new URL('./page/', import.meta.url), new URL('./dist/page/', import.meta.url)].map((url) =>
  fileURLToPath(url),
);

export async function startPlatform(config: Config, options: PlatformOptions): Promise<Platform> {
  const opened: (() => Promise<unknown> | undefined)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    return await open(config, options, opened, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function open(
  config: Config,
  { log, clock, wrapAdmit = (admit) => admit, wrapStore = (store) => store }: PlatformOptions,
  opened: (() => Promise<unknown> | undefined)[],
  closeAll: () => Promise<void>,
): Promise<Platform> {
  const folder = openDataFolder(config.dataDir);
  opened.push(async () => folder.close());
  /** Remembers to close what was opened, in reverse order. */
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(() => part.close());
    return part;
  };
  const token = config.apiToken ?? folder.secret('api-token');
  const kinds = await loadKinds(config.kindsDir);
  const place = { config, folder: folder.path, clock, space: watchDiskSpace(folder.path, config.diskReserve) };
  const bus = keep(await openBus(place));
  const state = keep(await openState(place));
  const store = wrapStore(keep(await openStore(place, kinds)));
  const registry = keep(await openRegistry({ state, kinds, seeds, clock }));
  await addDemoDevices(folder, registry, kinds);

  const ledger = keep(await openLedger({ bus, store, log }));
  const live = keep(await openLiveFeed({ bus, log }));
  keep(await startStoreWriter({ bus, store, log, clock }));
  const quarantine = keep(
    await openQuarantine({
      bus,
      state,
      registry,
      kinds,
      log,
      clock,
      retainMs: config.quarantineRetain,
      maxRecords: config.quarantineMax,
    }),
  );
  keep(startRetention({ store, rawMs: config.retainRaw, minuteMs: config.retainMinutes, log, clock }));

  let broker: Broker | undefined;
  const intake = keep(
    createIntake({
      bus,
      registry,
      kinds,
      tell: async (device, channel, payload) => broker?.tell(device, channel, payload),
      retainMs: config.retainRaw,
      maxPacketBytes: config.maxPacketBytes,
    }),
  );
  broker = keep(
    await openBroker({
      host: config.host,
      tcpPort: config.mqttPort,
      webSocketPort: config.webSocketPort,
      ...(config.tlsCertificate &&
        config.tlsKey && { tls: { port: config.tlsPort, certificate: config.tlsCertificate, key: config.tlsKey } }),
      limits: brokerLimits(config),
      admit: wrapAdmit((message) => intake.admit(message)),
      admitOversize: (message) => intake.admitOversize(message),
      findCredential(username) {
        const [park = '', id = ''] = username.split('.');
        const device = registry.device(park, id);
        return device && { park, device: id, passwordHash: device.passwordHash };
      },
      clock,
      log,
    }),
  );
  const frontDoor = broker;
  const api = keep(
    await openApi({
      host: config.host,
      port: config.httpPort,
      token,
      sessionSecret: folder.secret('session-secret'),
      ...pageFolder(),
      kinds,
      registry,
      store,
      ledger,
      quarantine,
      live,
      async addDevice(device: NewDevice) {
        const password = generatePassword();
        return { device: await registry.addDevice(device, await hashPassword(password)), password };
      },
      isConnected: (park, device) => frontDoor.isConnected({ park, device }),
      checks: () => readinessOf(bus, store),
      status: async () => ({ bus: await bus.status(), store: await store.status(), broker: frontDoor.status() }),
      limits: {
        maxPoints: config.maxPoints,
        maxConcurrentQueries: config.maxConcurrentQueries,
        queryTimeoutMs: config.queryTimeoutMs,
        maxLiveClients: config.maxLiveClients,
        requestsPerMinute: config.requestsPerMinute,
      },
      mqttUrls: () => Object.values(frontDoor.urls),
      clock,
      log,
    }),
  );

  return {
    urls: { http: api.url, mqtt: frontDoor.urls },
    kinds,
    token,
    signInLink: () => api.signInLink(),
    isEmpty: async () => (await store.status()).readings === 0 && (await bus.status()).lastPosition === 0,
    close: closeAll,
  };
}

function brokerLimits(config: Config) {
  return {
    ...config,
    minKeepAliveSeconds: Math.ceil(config.minKeepAlive / 1000),
    maxKeepAliveSeconds: Math.floor(config.maxKeepAlive / 1000),
  };
}

/** Compiled, the page lies beside this file; run from source, in dist. */
function pageFolder(): { readonly pageFolder?: string } {
  const found = PAGE_FOLDER.find((folder) => existsSync(folder));
  return found === undefined ? {} : { pageFolder: found };
}
