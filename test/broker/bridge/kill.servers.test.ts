import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { httpClient } from '../../http-client.ts';
import { freePort, spawnPlatform } from '../../kill/spawn-platform.ts';
import { type Credentials, newDataDir } from '../../running-platform.ts';
import { hasMosquitto, startMosquitto } from '../../servers/mosquitto.ts';

const DEVICES = 5;
const KILLS = 6;
const FIRST = Date.now() - 86_400_000;

interface Answer {
  readonly ledger: readonly { readonly stored: number; readonly received: number; readonly duplicate: number }[];
  readonly series: readonly { readonly device: string; readonly points: readonly (readonly [number, number])[] }[];
  readonly checks: readonly { readonly name: string; readonly message?: string }[];
}

/** Publishes one reading after the other, each once, and knows which mosquitto acknowledged. */
async function startDevice(url: string, { clientId, topics }: Credentials) {
  const client = await mqtt.connectAsync(url, { clientId });
  const acknowledged = new Set<number>();
  let isStopped = false;
  const running = (async () => {
    for (let time = FIRST; !isStopped; time += 1000) {
      await client.publishAsync(topics.telemetry, JSON.stringify({ time, dissolved_oxygen: 6.5 }), { qos: 1 });
      acknowledged.add(time);
      // As fast as mosquitto acknowledges would build a backlog of hundreds of thousands between two starts of the platform.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await client.endAsync();
  })();
  return {
    acknowledged,
    name: clientId.split('.')[1] ?? '',
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

it.runIf(hasMosquitto())(
  'loses and doubles nothing that mosquitto acknowledged while the process of the bridge is killed under load',
  async () => {
    const mosquitto = await startMosquitto();
    const settings = {
      DAOYU_DATA_DIR: newDataDir(),
      DAOYU_MQTT_PORT: String(await freePort()),
      DAOYU_MQTT_BRIDGE: mosquitto.url,
      DAOYU_API_RATE: '1000000',
    };
    let platform = await spawnPlatform(settings);
    const get = <T>(path: string) => httpClient(platform.http, platform.token).get<T>(path);
    const stored = async () => {
      const { ledger } = await get<Answer>('/api/v1/ledger?park=daoyu');
      return { ledger, count: ledger.reduce((sum, row) => sum + row.stored, 0) };
    };
    // What is published before the subscription exists is nobody's.
    await eventually(
      () => get<Answer>('/readyz'),
      ({ checks }) => checks.some(({ name, message }) => name === 'bridge' && message === undefined),
    );
    const devices: Awaited<ReturnType<typeof startDevice>>[] = [];
    for (let index = 0; index < DEVICES; index++) {
      const { post } = httpClient(platform.http, platform.token);
      const body = { park: 'daoyu', site: 'bridge-site', device: `bridge-${index}`, kind: 'aquaculture_pond' };
      devices.push(await startDevice(mosquitto.url, await post<Credentials>('/api/v1/devices', body)));
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const { count: before } = await stored();
      await eventually(stored, ({ count }) => count > before, 30_000);
      await platform.kill('SIGKILL');
      platform = await spawnPlatform(settings);
    }
    await Promise.all(devices.map((device) => device.stop()));
    const acknowledged = devices.reduce((sum, device) => sum + device.acknowledged.size, 0);
    const { ledger } = await eventually(stored, ({ count }) => count >= acknowledged, 60_000);
    let [missing, doubled] = [0, 0];
    for (const device of devices) {
      const query = `kind=aquaculture_pond&park=daoyu&device=${device.name}&fields=dissolved_oxygen&from=${new Date(FIRST).toISOString()}`;
      const { series } = await get<Answer>(`/api/v1/series?${query}`);
      const times = series.flatMap(({ points }) => points.map(([time]) => time));
      const found = new Set(times);
      missing += [...device.acknowledged].filter((time) => !found.has(time)).length;
      doubled += times.length - found.size;
    }
    console.info(`bridge, ${KILLS} kills:`, { acknowledged, missing, doubled });
    expect(acknowledged).toBeGreaterThan(1000);
    expect({ missing, doubled }).toEqual({ missing: 0, doubled: 0 });
    for (const row of ledger) expect(row.received).toBe(row.stored + row.duplicate);
    await platform.kill('SIGTERM');
  },
  200_000,
);
