import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { QuarantineAnswer } from '../../api/routes/quarantine.ts';
import { readConfig } from '../../app/config.ts';
import { moveInstallation } from '../../app/move/move.ts';
import { moveLog } from '../../app/move/move-log.ts';
import { openJetStreamBus } from '../../bus/jetstream/jetstream.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { take } from '../contract/bus.ts';
import { eventually } from '../eventually.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { newDataDir, type RunningPlatform, runPlatform } from '../running-platform.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';
import { hasNats, startNats } from '../servers/nats.ts';

const log = pino({ level: 'silent' });
const SERIES = '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen,ph&from=-2d&to=-1h';

async function answersOf({ get }: RunningPlatform) {
  const { ledger } = await eventually(() => get<LedgerAnswer>('/api/v1/ledger'), isDrained, 30_000);
  const { quarantine } = await get<QuarantineAnswer>('/api/v1/quarantine');
  const { alarms } = await get<{ alarms: readonly { id: string; seq?: number; rule: string }[] }>(
    '/api/v1/alarms?park=daoyu',
  );
  const { parks } = await get<{ parks: readonly { id: string; sites: unknown }[] }>('/api/v1/parks');
  const { devices } = await get<{ devices: readonly { isConnected: boolean }[] }>('/api/v1/devices');
  return {
    ledger,
    quarantine,
    alarms: alarms.filter(({ rule }) => rule === 'dissolved_oxygen_low').map(({ id }) => id),
    series: (await get<{ series: unknown }>(SERIES)).series,
    parks: parks.map(({ id, sites }) => ({ id, sites })),
    devices: devices.map(({ isConnected: _, ...device }) => device),
  };
}

describe.runIf(hasNats() && hasInflux())('an installation that moves to servers', () => {
  it('has the same answers there, knows its devices, and counts on; broken off, it goes on', async () => {
    const settings = { DAOYU_DEMO: 'no', DAOYU_DATA_DIR: newDataDir() };
    const before = await runPlatform(settings);
    await before.post('/api/v1/parks', { park: 'daoyu' });
    const base = Math.floor(Date.now() / 60_000) * 60_000 - 86_400_000;
    const logins = [];
    for (const name of ['a', 'b', 'c']) {
      const credentials = await before.addDevice(name, 'aquaculture_pond');
      logins.push(credentials);
      const device = await before.connect(credentials);
      const readings = Array.from({ length: 300 }, (_, minute) => ({
        ...{ time: base + minute * 60_000, seq: minute },
        dissolved_oxygen: minute === 50 ? 19.9 : 1.5 + (minute % 7) / 100,
        ...(minute % 3 === 0 && { ph: 8 + (minute % 11) / 100 }),
      }));
      for (const payload of [JSON.stringify(readings), JSON.stringify(readings.slice(0, 5)), '{"ph":99}', 'no json'])
        await device.publishAsync(credentials.topics.telemetry, payload, { qos: 1 });
    }
    const [first] = logins;
    if (first === undefined) throw new Error('no device');
    const pond = await before.connect(first);
    for (const minutes of [12, 10, 8, 6, 4, 2, 0]) {
      const reading = { time: Date.now() - minutes * 60_000, dissolved_oxygen: 2.1 };
      await pond.publishAsync(first.topics.telemetry, JSON.stringify(reading), { qos: 1 });
    }
    const low = () => before.get<{ alarms: readonly { rule: string }[] }>('/api/v1/alarms?park=daoyu&device=a');
    await eventually(low, ({ alarms }) => alarms.some(({ rule }) => rule === 'dissolved_oxygen_low'), 30_000);
    const wanted = await answersOf(before);
    expect(wanted.ledger).toHaveLength(3);
    expect(wanted.quarantine.length).toBeGreaterThanOrEqual(6);
    expect(wanted.alarms.length).toBeGreaterThan(0);
    await before.platform.close();

    const [nats, influx] = await Promise.all([startNats(), startInflux()]);
    const servers = { ...settings, DAOYU_BUS_URL: nats.url, DAOYU_STORE_URL: influx.url() };
    const config = readConfig(servers);
    const brokenOff = moveInstallation({
      config,
      log,
      onProgress(what) {
        if (what.startsWith('store')) throw new Error('pulled the plug');
      },
    });
    await expect(brokenOff).rejects.toThrow('pulled the plug');
    const moved = await moveInstallation({ config, log, onProgress() {} });
    expect(moved.readings).toBe(907);
    expect(moved.values).toBe(907 + 300);

    const after = await runPlatform(servers);
    expect(after.platform.token).toBe(before.platform.token);
    const found = await answersOf(after);
    expect(found).toEqual(wanted);
    const device = await after.connect(first);
    // One that came before, and one that is new.
    for (const minute of [7, 700])
      await device.publishAsync(
        first.topics.telemetry,
        JSON.stringify({ time: base + minute * 60_000, seq: minute, dissolved_oxygen: 1.5 }),
        { qos: 1 },
      );
    const row = wanted.ledger.find((each) => each.device === 'a');
    await eventually(
      () => answersOf(after),
      ({ ledger }) => ledger.find((each) => each.device === 'a')?.received === (row?.received ?? 0) + 2,
    );
    const counted = (await answersOf(after)).ledger.find((each) => each.device === 'a');
    expect(counted).toMatchObject({ stored: (row?.stored ?? 0) + 1, duplicate: (row?.duplicate ?? 0) + 1 });
    await after.platform.close();

    const other = { ...servers, DAOYU_DATA_DIR: newDataDir() };
    await (await runPlatform({ DAOYU_DATA_DIR: other.DAOYU_DATA_DIR, DAOYU_DEMO: 'no' })).platform.close();
    await expect(moveInstallation({ config: readConfig(other), log, onProgress() {} })).rejects.toMatchObject({
      code: 'MOVE_TARGET_TAKEN',
    });
  }, 180_000);

  it('keeps the positions of its log, where entries are gone or never were', async () => {
    let now = 0;
    let isFull = false;
    const source = await openLmdbBus({
      ...{ folder: mkdtempSync(join(tmpdir(), 'daoyu-bus-')), clock: () => now, maxBytes: 1e9 },
      ...{ retainMs: 100, tendEveryMs: 10 },
      space: {
        check() {
          if (isFull) throw new Error('full');
        },
      },
    });
    onTestFinished(() => source.close());
    const append = (data: string) => source.append([{ subject: 'daoyu.readings.p.k.0', data }]);
    for (const data of ['1', '2', '3']) await append(data);
    await take(source, { name: 'reader', subjects: ['>'], from: 'first' }, 3);
    now = 200;
    await eventually(async () => (await source.status()).firstPosition === 4);
    await append('4');
    isFull = true;
    await append('never').catch(() => undefined);
    isFull = false;
    await append('6');
    expect(await source.status()).toMatchObject({ firstPosition: 4, lastPosition: 6 });

    const nats = await startNats();
    const target = await openJetStreamBus({
      ...{ url: nats.url, maxBytes: 1e8, retainMs: 1e9, replicas: 1, clock: Date.now, log, firstPosition: 4 },
    });
    onTestFinished(() => target.close());
    for (let attempt = 0; attempt < 2; attempt++) await moveLog(source, target, () => {});
    const moved: (readonly [position: number, data: string])[] = [];
    await take(target, { subjects: ['daoyu.readings.>'], from: 'first' }, 2, ({ position, data }) => {
      moved.push([position, data]);
    });
    expect(moved).toEqual([
      [4, '4'],
      [6, '6'],
    ]);
    expect(await target.status()).toMatchObject({ firstPosition: 4, lastPosition: 6 });
    await target.append([{ subject: 'daoyu.clock', data: '{}' }]);
    await append('7');
    await append('8');
    await expect(moveLog(source, target, () => {})).rejects.toMatchObject({ code: 'MOVE_DISTURBED' });
  });
});
