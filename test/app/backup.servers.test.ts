import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { compare, storedOf, sumOf } from '../kill/comparison.ts';
import { type CountingDevice, openCountingDevice } from '../kill/counting-device.ts';
import { freePort, spawnPlatform } from '../kill/spawn-platform.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { type Credentials, newDataDir } from '../running-platform.ts';

const DEVICES = 5;
/** `DAOYU_TEST_BACKUPS=20`: as often as docs/reliability.md quotes. */
const RUNS = Number(process.env.DAOYU_TEST_BACKUPS ?? 1);

it(
  'restores on an empty folder all that was acknowledged before a backup under load',
  async () => {
    for (let run = 1; run <= RUNS; run++) await backUpUnderLoad(run);
  },
  120_000 * RUNS,
);

async function backUpUnderLoad(run: number): Promise<void> {
  const settings = {
    DAOYU_DATA_DIR: newDataDir(),
    DAOYU_MQTT_PORT: String(await freePort()),
    DAOYU_MQTT_MAX_RATE: '100000',
    DAOYU_DEMO: 'no',
  };
  const platform = await spawnPlatform(settings);
  const firstTime = Date.now() - 86_400_000;
  const { post } = httpClient(platform.http, platform.token);
  await post('/api/v1/parks', { park: 'daoyu' });
  const devices: CountingDevice[] = [];
  for (let index = 0; index < DEVICES; index++) {
    const body = { park: 'daoyu', site: 'backup-site', device: `pond-${index}`, kind: 'aquaculture_pond' };
    devices.push(openCountingDevice(platform.mqtt, await post<Credentials>('/api/v1/devices', body), firstTime));
  }
  for (const device of devices) device.start();
  await eventually(
    () => total(devices),
    (count) => count > 2000,
    30_000,
  );

  const startedAt = performance.now();
  const began = total(devices);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const perSecond = Math.round(((total(devices) - began) * 1000) / (performance.now() - startedAt));
  const before = devices.map(({ acknowledged }) => new Set(acknowledged));
  const target = join(mkdtempSync(join(tmpdir(), 'daoyu-')), 'backup');
  const backup = runCommand(['backup', target], settings);
  expect(await backup.ended, backup.printed).toBe(0);
  const during = total(devices);
  await eventually(() => total(devices) > during, Boolean);
  await platform.kill('SIGKILL');
  const sent = devices.map((device) => new Set(device.sent));
  await Promise.all(devices.map((device) => device.close()));

  const restored = { ...settings, DAOYU_DATA_DIR: join(newDataDir(), 'empty') };
  const restore = runCommand(['restore', target], restored);
  expect(await restore.ended, restore.printed).toBe(0);
  const again = await spawnPlatform(restored);
  const { get } = httpClient(again.http, again.token);
  const { ledger } = await eventually(() => get<LedgerAnswer>('/api/v1/ledger?park=daoyu'), isDrained, 60_000);
  const comparisons = [];
  for (const [index, device] of devices.entries()) {
    const points = await storedOf(get, device, firstTime);
    const acknowledged = before[index] ?? new Set();
    comparisons.push(compare(points, { acknowledged, sent: sent[index] ?? new Set() }));
    const row = ledger.find((each) => each.device === device.device);
    expect(row).toMatchObject({ stored: points.length, received: points.length + (row?.duplicate ?? 0) });
  }
  await again.kill('SIGTERM');
  const outcome = sumOf(comparisons);
  const all = total(devices);
  console.info(`run ${run}: backup at ${perSecond} msg/s, kill -9, restore:`, outcome, 'acknowledged in all:', all);
  expect(outcome.acknowledged).toBeGreaterThan(2000);
  expect(outcome).toMatchObject({ missing: 0, doubled: 0, phantom: 0, wrong: 0 });
  const check = runCommand(['check'], restored);
  expect(await check.ended, check.printed).toBe(0);
}

const total = (devices: readonly CountingDevice[]) =>
  devices.reduce((sum, device) => sum + device.acknowledged.size, 0);
