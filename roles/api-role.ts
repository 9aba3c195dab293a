/** The api role: what people and programs read, over HTTP: series, accounts, the live feed, the page. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Api } from '../api/api.ts';
import { openApi } from '../api/server.ts';
import { openFigureSink } from '../backends.ts';
import type { Bridge } from '../bridge/bridge.ts';
import type { Broker } from '../broker/broker.ts';
import { generatePassword, hashPassword } from '../broker/credentials.ts';
import { startFigures } from '../dashboards/figures/start-figures.ts';
import { addDemoDevices } from '../demo.ts';
import { openLedger } from '../ingest/ledger.ts';
import { openLiveFeed } from '../ingest/live-feed.ts';
import { createQuarantine } from '../ingest/quarantine.ts';
import type { NewDevice } from '../ingest/registry.ts';
import { readinessOf } from '../readiness.ts';
import type { Store } from '../store/store.ts';
import type { Foundation, Keep } from './foundation.ts';

export interface ApiRoleOptions {
  readonly store: Store;
  readonly broker: Broker;
  readonly bridge?: Bridge;
  readonly token: string;
  readonly sessionSecret: string;
}

const PAGE_FOLDER = [new URL('../page/', import.meta.url), new URL('../dist/page/', import.meta.url)].map((url) =>
  fileURLToPath(url),
);

export async function openApiRole(
  { config, log, clock, folder, kinds, bus, state, registry }: Foundation,
  { store, broker, bridge, token, sessionSecret }: ApiRoleOptions,
  keep: Keep,
): Promise<Api> {
  await addDemoDevices(folder, registry, kinds);
  const ledger = keep(await openLedger({ bus, store, log }));
  const live = keep(await openLiveFeed({ bus, log }));
  const isConnected = (park: string, device: string) => broker.isConnected({ park, device });
  const status = async () => ({ bus: await bus.status(), store: await store.status(), broker: broker.status() });
  const sink = await openFigureSink(config);
  if (sink !== undefined) {
    const latest = () => store.latest({});
    const rows = () => ledger.rows();
    keep(startFigures({ sink, kinds, registry, latest, ledger: rows, isConnected, status, log, clock }));
  }
  return keep(
    await openApi({
      host: config.host,
      port: config.httpPort,
      token,
      sessionSecret,
      ...pageFolder(),
      kinds,
      registry,
      store,
      ledger,
      quarantine: createQuarantine({ bus, state, registry, kinds, log, clock }),
      live,
      async addDevice(device: NewDevice) {
        const password = generatePassword();
        return { device: await registry.addDevice(device, await hashPassword(password)), password };
      },
      isConnected,
      checks: () => readinessOf({ bus, store, ...(bridge && { bridge }) }),
      status,
      limits: {
        maxPoints: config.maxPoints,
        maxConcurrentQueries: config.maxConcurrentQueries,
        queryTimeoutMs: config.queryTimeoutMs,
        maxLiveClients: config.maxLiveClients,
        requestsPerMinute: config.requestsPerMinute,
      },
      mqttUrls: () => Object.values(broker.urls),
      clock,
      log,
    }),
  );
}

/** Compiled, the page lies one folder up; run from source, in dist. */
function pageFolder(): { readonly pageFolder?: string } {
  const found = PAGE_FOLDER.find((folder) => existsSync(folder));
  return found === undefined ? {} : { pageFolder: found };
}
