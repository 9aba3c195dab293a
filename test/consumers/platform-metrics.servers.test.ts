import { describe, expect, it, onTestFinished } from 'vitest';
import { startPlatformMetrics } from '../../consumers/platform-metrics/writer.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { openInfluxStore } from '../../store/influx/influx.ts';
import { createInfluxMetricSink } from '../../store/influx/metric-sink.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';

const NOW = Date.parse('2026-07-20T05:40:00+08:00');
const kinds = await loadKinds();

describe.runIf(hasInflux())('with a real influxd', () => {
  it('writes again what it could not while the server was away, and says both once', async () => {
    const server = await startInflux();
    const kv = openMemoryKv();
    const store = await openInfluxStore({ url: server.url(), kinds, kv });
    const registry = await openRegistry({ kv: openMemoryKv(), kinds, seeds, clock: () => NOW });
    onTestFinished(() => registry.close());
    for (const device of seeds.devices) await registry.addDevice(device, 'scrypt-hash');
    const said: string[] = [];
    let now = NOW;
    const figures = startPlatformMetrics({
      sink: createInfluxMetricSink(server.url()),
      kinds,
      registry,
      isConnected: () => true,
      latest: () => store.latest({}),
      ledger: async () => [],
      alarms: async () => [],
      status: async () => ({
        bus: { sizeBytes: 1, maxBytes: 2, isWritable: true, consumers: [] },
        store: await store.status(),
        broker: { connections: 0, inFlight: 0, received: 0, acknowledged: 0, refused: {} },
      }),
      log: { info: (_, message) => said.push(message), warn: (_, message) => said.push(message) },
      clock: () => now,
    });
    onTestFinished(() => figures.close());
    await figures.write();
    await server.kill();
    now += 60_000;
    await figures.write();
    await figures.write();
    expect(said).toEqual(['figures for Grafana cannot be written']);
    await server.start();
    now += 60_000;
    await figures.write();
    expect(said).toEqual(['figures for Grafana cannot be written', 'figures for Grafana are written again']);
    const answer = await server.ask(`SELECT count(state) FROM daoyu.autogen.daoyu_device WHERE time = ${now}ms`);
    expect(JSON.stringify(answer)).toContain(`,${seeds.devices.length}]`);
  });
});
