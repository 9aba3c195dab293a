/** A real InfluxDB that holds six hours of the whole demo fleet, every field of it, with doubtful values and a silent device, and the platform's figures of now. */

import { startPlatformMetrics } from '../../consumers/platform-metrics/writer.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import type { Registry } from '../../registry/registry.ts';
import { seeds } from '../../seeds/seeds.ts';
import type { Kind } from '../../sensors/kind.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Reading } from '../../sensors/reading.ts';
import { createSignal } from '../../simulators/signal.ts';
import { openInfluxStore } from '../../store/influx/influx.ts';
import { createInfluxMetricSink } from '../../store/influx/metric-sink.ts';
import type { Store } from '../../store/store.ts';
import { type InfluxServer, openInflux } from '../servers/influx.ts';
import type { InfluxSeries } from './as-grafana.ts';

export interface FilledInflux {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Registry;
  readonly store: Store;
  readonly readings: readonly Reading[];
  readonly now: number;
  readonly server: InfluxServer;
  /** The answer of one statement, as the datasource asks it. */
  ask(statement: string): Promise<readonly InfluxSeries[]>;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const STEP_MS = 60_000;
/** On a whole ten minutes of Beijing time, so that windows of any length up to that begin and end with the range; behind the morning's mission of the drones. */
export const NOW = Date.parse('2026-07-20T10:20:00+08:00');
export const FROM = NOW - 6 * HOUR_MS;
/** Says nothing for the last two hours. */
export const SILENT = 'gantang-pond-2-station';

export async function openFilledInflux(): Promise<FilledInflux> {
  const server = await openInflux();
  const kinds = await loadKinds();
  const kv = openMemoryKv();
  const registry = await openRegistry({ kv, kinds, seeds, clock: () => NOW });
  for (const device of seeds.devices) await registry.addDevice(device, 'scrypt-hash');
  const store = await openInfluxStore({ url: server.url(), kinds, kv, clock: () => NOW });
  const readings = registry.devices().flatMap((device) => {
    const kind = kinds.get(device.kind);
    return kind === undefined ? [] : readingsOf(kind, device);
  });
  for (let from = 0, position = 1; from < readings.length; from += 5000, position++)
    await store.write({ readings: readings.slice(from, from + 5000), tallies: [] }, position);
  const figures = startPlatformMetrics({
    sink: createInfluxMetricSink(server.url()),
    kinds,
    registry,
    isConnected: (_, device) => device !== SILENT,
    latest: () => store.latest({}),
    ledger: async () =>
      registry.devices().map(({ park, id }) => ({
        ...{ park, device: id },
        ...{ received: 361, stored: 358, duplicate: 2, quarantined: 1, pending: 0 },
      })),
    alarms: async () =>
      registry.devices().map(({ park, site, id }, index) => ({
        ...{
          id: `${NOW - HOUR_MS}-${index}`,
          park,
          site,
          device: id,
          rule: 'device_silent',
          severity: 'critical' as const,
        },
        ...{ state: 'acknowledged', acknowledgedBy: '王工', text: { zh: '无数据', en: 'no data' }, seq: 2 },
      })),
    status: async () => ({
      bus: {
        sizeBytes: 1_000_000,
        maxBytes: 4_000_000,
        isWritable: true,
        consumers: [{ name: 'store-writer', pending: 0 }],
      },
      store: await store.status(),
      broker: { connections: 23, inFlight: 0, received: 400, acknowledged: 400, refused: {} },
    }),
    log: { info() {}, warn: (fields) => Promise.reject(new Error(JSON.stringify(fields))) },
    clock: () => NOW,
  });
  await figures.write();
  return {
    kinds,
    registry,
    store,
    readings,
    now: NOW,
    server,
    async ask(statement) {
      const answer = await fetch(`${server.http}/query?epoch=ms&db=daoyu`, {
        method: 'POST',
        body: new URLSearchParams({ q: statement }),
      });
      const body = (await answer.json()) as {
        readonly error?: string;
        readonly results?: readonly { readonly error?: string; readonly series?: readonly InfluxSeries[] }[];
      };
      const failed = body.error ?? body.results?.find(({ error }) => error !== undefined)?.error;
      if (failed !== undefined) throw new Error(`${failed}: ${statement}`);
      return body.results?.[0]?.series ?? [];
    },
    async close() {
      await figures.close();
      await store.close();
      await registry.close();
      await server.close();
    },
  };
}

function readingsOf(
  kind: Kind,
  { park, site, id }: { readonly park: string; readonly site: string; readonly id: string },
): readonly Reading[] {
  const model = createSignal(kind, `${park}.${id}`);
  const until = id === SILENT ? NOW - 2 * HOUR_MS : NOW;
  const count = Math.floor((until - FROM) / STEP_MS);
  return Array.from({ length: count }, (_, index) => index).flatMap((index): Reading[] => {
    const time = FROM + index * STEP_MS;
    const values = model.sample(time);
    // On the ground.
    if (Object.keys(values).length === 0) return [];
    // Half an hour in which every number of the device is stuck, in each device another.
    const isStuck = Math.floor(index / 30) === id.length % 8 || (kind.isIntermittent && index % 5 === 0);
    const flags = isStuck
      ? Object.fromEntries(Object.keys(values).map((name) => [name, ['stuck'] as const]))
      : undefined;
    return [
      {
        ...{ park, site, device: id, kind: kind.name, time, receivedAt: time + 400 },
        values,
        ...(flags && { flags }),
      },
    ];
  });
}
