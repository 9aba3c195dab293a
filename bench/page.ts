/** What the page costs in a real Chromium with many sites live, and what many open pages cost the server. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { type CDPSession, chromium } from 'playwright-core';
import { generateFleet } from '../cli/generated-fleet.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { startChild } from './child.ts';

const MIX = { aquaculture_pond: 5, paddy_water: 4, cold_chain: 1 };
const VALUES: Readonly<Record<string, () => object>> = {
  aquaculture_pond: () => ({ dissolved_oxygen: 5 + Math.random(), water_temperature: 24, ph: 8, aerator_on: 0 }),
  paddy_water: () => ({ water_level: 20 + Math.round(Math.random() * 9), water_temperature: 25 }),
  cold_chain: () => ({ air_temperature: 3 + Math.random() * 0.5, product_temperature: 3, door_open: 0 }),
};
/** Of a generated fleet some send in the words of a vendor; this bench speaks only our own, so it makes more and leaves those silent. */
const WITH_VENDORS = 1.2;
const OPEN_PAGES = 50;
const REPORTS = 6;

interface Options {
  readonly sites: number;
  readonly seconds: number;
}

export async function benchPage({ sites, seconds }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-page-'));
  const platform = startChild('platform-process', [], { flags: ['--expose-gc'] });
  const [started] = (await once(platform, 'message')) as [{ mqtt: string; http: string; token: string }];
  const members = await generateFleet({
    ...{ count: Math.ceil(sites * WITH_VENDORS), mix: MIX, kinds: await loadKinds(), file: join(folder, 'fleet.json') },
    target: { api: started.http, token: started.token },
  });
  const stations = await connect(members.filter(({ mapping }) => mapping === undefined).slice(0, sites), started.mqtt);
  for (const station of stations) await station.publish();
  const stop = new AbortController();
  const live = publishOneASecond(stations, stop.signal);
  const pages = followLive(started, stop.signal);
  process.stdout.write(`${stations.length} sites, 1 reading/s in total, ${OPEN_PAGES} live streams beside the page\n`);
  await watchPage(started, platform, seconds);
  stop.abort();
  await Promise.all([live, pages]);
  await Promise.all(stations.map(({ client }) => client.endAsync(true)));
  platform.send('stop');
  await once(platform, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

interface Station {
  readonly client: MqttClient;
  publish(): Promise<unknown>;
}

async function connect(members: readonly FleetMember[], url: string): Promise<readonly Station[]> {
  const stations: Station[] = [];
  for (const { park, device, password, kind } of members) {
    const id = `${park}.${device}`;
    const client = await mqtt.connectAsync(url, { clientId: id, username: id, password });
    const values = VALUES[kind] ?? (() => ({}));
    const topic = `daoyu/${park}/${device}/telemetry`;
    stations.push({
      client,
      publish: () => client.publishAsync(topic, JSON.stringify({ time: Date.now(), ...values() }), { qos: 1 }),
    });
  }
  return stations;
}

async function publishOneASecond(stations: readonly Station[], signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    await stations[turn % stations.length]?.publish();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** As so many pages do: each follows the live stream. */
async function followLive({ http, token }: { http: string; token: string }, signal: AbortSignal): Promise<void> {
  const follow = async () => {
    const response = await fetch(`${http}/api/v1/live`, { headers: { authorization: `Bearer ${token}` }, signal });
    for await (const chunk of response.body ?? []) void chunk;
  };
  await Promise.all(Array.from({ length: OPEN_PAGES }, () => follow().catch(() => {})));
}

async function watchPage(
  { http, token }: { http: string; token: string },
  platform: ReturnType<typeof startChild>,
  seconds: number,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${http}/sign-in`);
  await page.fill('input[type=password]', token);
  await page.click('button');
  await page.locator('.tile').first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const whole = await browser.newBrowserCDPSession();
  process.stdout.write('seconds | main thread busy % | JS heap MB | page process MB | server MB\n');
  // The first drawing is not what is measured.
  await page.waitForTimeout(5000);
  let before = await metricsOf(session);
  for (let report = 1; report <= REPORTS; report++) {
    await page.waitForTimeout((seconds * 1000) / REPORTS);
    const now = await metricsOf(session);
    const busy = (now.TaskDuration - before.TaskDuration) / (now.Timestamp - before.Timestamp);
    const cells = [
      (seconds / REPORTS) * report,
      (busy * 100).toFixed(1),
      (now.JSHeapUsedSize / 1e6).toFixed(1),
      ((await rendererBytes(whole)) / 1e6).toFixed(0),
      ((await serverBytes(platform)) / 1e6).toFixed(0),
    ];
    process.stdout.write(`${cells.join(' | ')}\n`);
    before = now;
  }
  await browser.close();
}

async function metricsOf(session: CDPSession) {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return {
    Timestamp: value('Timestamp'),
    TaskDuration: value('TaskDuration'),
    JSHeapUsedSize: value('JSHeapUsedSize'),
  };
}

/** Proportional set size of the largest renderer: memory of its own and its part of what is shared. */
async function rendererBytes(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0));
  return Math.max(0, ...sizes) * 1024;
}

async function serverBytes(platform: ReturnType<typeof startChild>): Promise<number> {
  const answer = once(platform, 'message') as Promise<[{ rss: number }]>;
  platform.send('usage');
  const [{ rss }] = await answer;
  return rss;
}
