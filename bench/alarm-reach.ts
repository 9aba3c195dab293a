/** How long it takes from a bad reading to its message: a whole platform with many devices, and a channel that notes when it was handed something. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import { hashPassword } from '../broker/credentials.ts';
import { openLmdbKv } from '../kv/lmdb.ts';
import { openRegistry } from '../registry/open-registry.ts';
import { seedsAt } from '../seeds/seeds.ts';
import { loadKinds } from '../sensors/kinds.ts';
import { httpClient } from '../test/http-client.ts';
import { startChild } from './child.ts';

export interface ReachOptions {
  readonly devices: number;
  readonly seconds: number;
}

const PARK = 'daoyu';
const GATEWAY = 'bench-gateway';
const PASSWORD = 'of-the-bench';
const REPORT_EVERY_MS = 30_000;
/** In the registry: longer than the hold of a critical limit, so that one bad reading opens its alarm. */
const INTERVAL_MS = 600_000;
/** A webhook takes a message each half second: closer together, one would wait for the other. */
const ALARM_EVERY_MS = 600;
/** For the last alarms to arrive. */
const GRACE_MS = 5000;

export async function benchAlarmReach({ devices, seconds }: ReachOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-reach-'));
  const alarms = Math.floor((seconds * 1000) / ALARM_EVERY_MS);
  const names = Array.from({ length: devices }, (_, index) => `bench-${index}`);
  await register(folder, names);
  const platform = startChild('platform-process', [], { environment: { DAOYU_BENCH_FOLDER: folder } });
  const [started] = (await once(platform, 'message')) as [{ mqtt: string; http: string; token: string }];
  const client = await mqtt.connectAsync(started.mqtt, {
    clientId: `${PARK}.${GATEWAY}`,
    username: `${PARK}.${GATEWAY}`,
    password: PASSWORD,
  });
  const channel = await openChannel();
  const { put } = httpClient(started.http, started.token);
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  await put('/api/v1/channels/bench', { kind: 'webhook', settings: { url: channel.url, secret, allowPrivate: true } });
  await put('/api/v1/alarm-plan', {
    people: [{ name: 'bench', channels: ['bench'] }],
    ...{ shifts: [], exceptions: [], steps: [{ afterMinutes: 0, who: 'everyone' }] },
    repeatMinutes: { critical: 600, warning: 600 },
  });

  const publish = (device: string, oxygen: number) =>
    client.publishAsync(
      `daoyu/${PARK}/${device}/telemetry`,
      JSON.stringify({
        ...{ time: Date.now(), dissolved_oxygen: oxygen, water_temperature: 24, ph: 7.8, turbidity: 18 },
        ...{ ammonia_nitrogen: 0.12, water_level: 1200, aerator_on: 0, battery_voltage: 12.4 },
      }),
      { qos: 1 },
    );
  // Without a reading before: a fall from good to bad at once would be doubted as a spike.
  const failing = names.splice(0, alarms);
  await Promise.all(names.map((device) => publish(device, 7)));
  // What the first readings leave to do is done by then.
  await wait(GRACE_MS);

  const sentAt = new Map<string, number>();
  const from = performance.now();
  let [reported, failed] = [0, 0];
  while (performance.now() - from < seconds * 1000) {
    const elapsed = performance.now() - from;
    for (; reported < (elapsed / REPORT_EVERY_MS) * names.length; reported++)
      void publish(names[reported % names.length] ?? '', 7 + (reported % 7) / 10);
    for (; failed < Math.min(alarms, elapsed / ALARM_EVERY_MS); failed++) {
      const device = failing[failed] ?? '';
      sentAt.set(device, performance.now());
      void publish(device, 2);
    }
    await wait(2);
  }
  await wait(GRACE_MS);
  const latencies = [...sentAt].flatMap(([device, at]) => {
    const takenAt = channel.takenAt.get(device);
    return takenAt === undefined ? [] : [takenAt - at];
  });
  const arrived = latencies.sort((one, other) => one - other);
  process.stdout.write(
    `${devices} devices every ${REPORT_EVERY_MS / 1000} s, ${sentAt.size} alarms, ${arrived.length} of them handed to the channel\n`,
  );
  process.stdout.write(
    `from bad reading sent to message handed over: p50 ${atShare(arrived, 0.5).toFixed(0)} ms, p99 ${atShare(arrived, 0.99).toFixed(0)} ms, most ${arrived.at(-1)?.toFixed(0)} ms\n`,
  );
  await client.endAsync(true);
  channel.close();
  platform.send('stop');
  await once(platform, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

/** `values` ascending. */
function atShare(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

/** Into the state before the platform starts: over its API, the password of each would be hashed. */
async function register(folder: string, names: readonly string[]): Promise<void> {
  const kv = await openLmdbKv({ folder: join(folder, 'state') });
  const clock = Date.now;
  const registry = await openRegistry({ kv, kinds: await loadKinds(), seeds: seedsAt(clock()), clock });
  const label = { zh: '塘', en: 'pond' };
  const common = { park: PARK, kind: 'aquaculture_pond', label, intervalMs: INTERVAL_MS, siteType: 'pond' } as const;
  const add = (device: string, site: string, more: object, hash: string) =>
    registry.addDevice({ ...common, device, site, ...more }, hash);
  await add(GATEWAY, 'bench-yard', { isGateway: true }, await hashPassword(PASSWORD));
  for (const [index, name] of names.entries())
    await add(name, `bench-pond-${index % 200}`, { gateway: GATEWAY }, 'scrypt$');
  await registry.close();
  await kv.close();
}

/** Notes when it was first handed a message about each device. */
async function openChannel() {
  const takenAt = new Map<string, number>();
  const server = createServer((request, response) => {
    const now = performance.now();
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const [device] = /bench-\d+(?=）)/.exec(text) ?? [];
      if (device !== undefined && !takenAt.has(device)) takenAt.set(device, now);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, takenAt, close: () => server.close() };
}
