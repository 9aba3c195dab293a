import { expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { type Comparison, compare, countsWhatWasSent, storedOf, sumOf } from '../kill/comparison.ts';
import { type CountingDevice, openCountingDevice } from '../kill/counting-device.ts';
import { freePort, spawnPlatform } from '../kill/spawn-platform.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { type Credentials, newDataDir } from '../running-platform.ts';

interface Outcome extends Comparison {
  /** Devices whose row of the ledger does not add up, or says other than the store or than the device published. */
  readonly unbalanced: number;
}

const DEVICES = 10;
/** As many as CI has time for; DAOYU_TEST_KILLS asks for another number. */
const KILLS = Number(process.env.DAOYU_TEST_KILLS ?? 12);

/** Kills the whole platform at random moments under load, restarts it each time, then compares what the devices know with what is stored. */
async function killAgainAndAgain(kills: number, environment: Readonly<Record<string, string>>): Promise<Outcome> {
  const settings = {
    DAOYU_DATA_DIR: newDataDir(),
    DAOYU_MQTT_PORT: String(await freePort()),
    DAOYU_DEMO: 'yes',
    // The load is as fast as acknowledged; the limit of a real device would only slow the test.
    DAOYU_MQTT_MAX_RATE: '100000',
    ...environment,
  };
  let platform = await spawnPlatform(settings);
  const devices: CountingDevice[] = [];
  const firstTime = Date.now() - 86_400_000;
  const { post } = httpClient(platform.http, platform.token);
  for (let index = 0; index < DEVICES; index++) {
    const body = { park: 'daoyu', site: 'kill-site', device: `kill-${index}`, kind: 'aquaculture_pond' };
    const credentials = await post<Credentials>('/api/v1/devices', body);
    devices.push(openCountingDevice(platform.mqtt, credentials, firstTime));
  }
  for (const device of devices) device.start();
  for (let kill = 0; kill < kills; kill++) {
    const before = total(devices);
    await eventually(() => total(devices) > before, Boolean, 20_000);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
    await platform.kill('SIGKILL');
    platform = await spawnPlatform(settings);
  }
  await Promise.all(devices.map((device) => device.finish()));
  const { get } = httpClient(platform.http, platform.token);
  const { ledger } = await eventually(() => get<LedgerAnswer>('/api/v1/ledger?park=daoyu'), isDrained, 60_000);
  const comparisons: Comparison[] = [];
  let unbalanced = 0;
  for (const device of devices) {
    const comparison = compare(await storedOf(get, device, firstTime), device);
    comparisons.push(comparison);
    const row = ledger.find((each) => each.device === device.device);
    const addsUp =
      row?.stored === comparison.stored &&
      row.received === row.stored + row.duplicate + row.quarantined &&
      countsWhatWasSent(row, device);
    if (!addsUp) unbalanced += 1;
  }
  await Promise.all(devices.map((device) => device.close()));
  await platform.kill('SIGTERM');
  return { ...sumOf(comparisons), unbalanced };
}

const total = (devices: readonly CountingDevice[]) =>
  devices.reduce((sum, device) => sum + device.acknowledged.size, 0);

it(
  `loses and doubles no acknowledged reading in ${KILLS} kills of the whole process under load`,
  async () => {
    const outcome = await killAgainAndAgain(KILLS, {});
    console.info(`${KILLS} kills:`, outcome);
    expect(outcome.acknowledged).toBeGreaterThan(1000);
    expect(outcome).toMatchObject({ missing: 0, doubled: 0, phantom: 0, wrong: 0, unbalanced: 0 });
  },
  KILLS * 25_000,
);

it('would notice: the control that acknowledges before the append loses', async () => {
  const outcome = await killAgainAndAgain(6, { DAOYU_TEST_ACK_FIRST: '1' });
  console.info('control, 6 kills:', outcome);
  expect(outcome.missing).toBeGreaterThan(0);
}, 200_000);
