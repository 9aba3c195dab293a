import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkInstallation } from '../../app/check/check.ts';
import { checkRegistry } from '../../app/check/check-parts.ts';
import type { Finding } from '../../app/check/findings.ts';
import { rebuildStore } from '../../app/check/rebuild-store.ts';
import { readConfig } from '../../app/config.ts';
import { openDataFolder } from '../../app/data-folder.ts';
import { openParts } from '../../app/open-parts.ts';
import { startPlatform } from '../../app/platform.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { keyOf } from '../../registry/items.ts';
import { noteRemovedReadings } from '../../registry/removed-readings.ts';
import { eventually } from '../eventually.ts';
import { newDataDir } from '../running-platform.ts';

const log = pino({ level: 'silent' });
const settingsOf = (folder: string) => ({
  DAOYU_DATA_DIR: folder,
  DAOYU_MQTT_PORT: 'off',
  DAOYU_WS_PORT: 'off',
  DAOYU_HTTP_PORT: '0',
  DAOYU_DEMO: 'yes',
});

/** A stopped installation with five readings of one device. */
let original = '';

function copy(): string {
  const folder = newDataDir();
  cpSync(original, folder, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  return folder;
}

async function look(folder: string): Promise<{ readonly isGood: boolean; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const isGood = await checkInstallation(readConfig(settingsOf(folder)), folder, log, (each) => findings.push(each));
  return { isGood, findings };
}

async function change(folder: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'store', 'readings.duckdb'));
  const connection = await instance.connect();
  await connection.run(sql);
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
}

const wrongOnes = (findings: readonly Finding[]) => findings.filter(({ isGood }) => !isGood);

beforeAll(async () => {
  original = newDataDir();
  const platform = await startPlatform(readConfig(settingsOf(original)), { log, clock: Date.now });
  await platform.close();
  const parts = await openParts(readConfig(settingsOf(original)), log);
  const base = Date.now() - 7_200_000;
  const readings = [0, 1, 2, 3, 4].map((minute) => ({
    ...{ park: 'daoyu', site: 'pond-1', device: 'probe', kind: 'aquaculture_pond' },
    ...{ time: base + minute * 60_000, receivedAt: base, values: { dissolved_oxygen: 6 + minute } },
    // One of them is doubted: it is summed apart.
    ...(minute === 3 && { flags: { dissolved_oxygen: ['spike' as const] } }),
  }));
  const tallies = [{ park: 'daoyu', device: 'probe', received: 5, duplicate: 0, quarantined: 0 }];
  const data = JSON.stringify({ version: 1, readings, tallies });
  const position = await parts.bus.append([{ subject: 'daoyu.readings.daoyu.aquaculture_pond.0', data }]);
  await parts.store.write({ readings, tallies }, position);
  // Sums the finished hours first.
  await parts.store.forget({});
  await parts.close();
});

describe('a check', () => {
  it('finds nothing wrong with a sound installation, and says what there is', async () => {
    const { isGood, findings } = await look(copy());
    expect(wrongOnes(findings)).toEqual([]);
    expect(isGood).toBe(true);
    const text = findings.map(({ message }) => message).join('\n');
    expect(text).toMatch(/entries with 5 readings/);
    expect(text).toMatch(/the log holds everything since the beginning/i);
  });

  it('is refused while a platform holds the folder', async () => {
    const folder = copy();
    const held = await openDataFolder(folder);
    await expect(look(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
    held.close();
  });

  it('names a file of the log that was cut off, without opening it', async () => {
    const folder = copy();
    const file = join(folder, 'bus', 'data.mdb');
    writeFileSync(file, readFileSync(file).subarray(0, 20_000));
    expect(await look(folder)).toMatchObject({
      isGood: false,
      findings: [{ part: 'log', message: expect.stringContaining('is damaged') }],
    });
  });

  it('tells readings that are there twice, that the ledger does not know, or that differ from their sums', async () => {
    const folder = copy();
    await change(folder, 'INSERT INTO readings_aquaculture_pond SELECT * FROM readings_aquaculture_pond');
    const { isGood, findings } = await look(folder);
    expect(isGood).toBe(false);
    expect(wrongOnes(findings).map(({ part, message }) => `${part}: ${message}`)).toEqual([
      'store: 5 readings of aquaculture_pond are stored twice',
      expect.stringMatching(/^store: \d hourly sums of aquaculture_pond differ from the readings they sum$/),
      'store: daoyu/probe has 10 readings, but the ledger counts 5 as stored',
    ]);
  });

  it('tells readings whose device has no name', async () => {
    const folder = copy();
    await change(folder, 'DELETE FROM devices');
    const { findings } = await look(folder);
    expect(wrongOnes(findings)[0]?.message).toBe(
      '5 readings of aquaculture_pond belong to a device or site without a name',
    );
  });

  it('tells a store that is ahead of its log', async () => {
    const folder = copy();
    rmSync(join(folder, 'bus'), { recursive: true });
    const { findings } = await look(folder);
    expect(wrongOnes(findings)).toMatchObject([
      { part: 'fit', message: expect.stringContaining('restore one backup') },
    ]);
  });

  it('tells devices and sites that refer to what is not there', () => {
    const label = { zh: '', en: '' };
    const sites = [{ park: 'gone', id: 'pond', label, type: 'pond' as const, profile: 'none' }];
    const device = {
      park: 'gone',
      site: 'other',
      id: 'probe',
      label,
      kind: 'unheard_of',
      passwordHash: '',
      createdAt: 0,
    };
    const found = checkRegistry(
      { parks: () => [], sites: () => sites, devices: () => [device], profiles: () => [] },
      new Map(),
    );
    expect(found.map(({ message }) => message)).toEqual([
      'site pond is in park gone, which does not exist',
      'site gone/pond has the profile none, which does not exist',
      'device gone/probe is at site other, which does not exist',
      'device gone/probe is of kind unheard_of, which is not loaded (DAOYU_KINDS_DIR)',
    ]);
  });
});

describe('a store', () => {
  it('is built anew from a log that holds everything; the old one stays beside it', async () => {
    const folder = copy();
    await change(folder, 'DELETE FROM readings_aquaculture_pond');
    const { readings, movedTo } = await rebuildStore(readConfig(settingsOf(folder)), log);
    expect(readings).toBe(5);
    expect(existsSync(join(movedTo, 'readings.duckdb'))).toBe(true);
    expect((await look(folder)).isGood).toBe(true);
  });

  it('built anew does not bring back what was removed with its device, and says so where a new one has the name', async () => {
    const folder = copy();
    const config = readConfig(settingsOf(folder));
    const parts = await openParts(config, log);
    await parts.store.remove({ park: 'daoyu', device: 'probe' });
    await noteRemovedReadings(parts.kv, { park: 'daoyu', device: 'probe', at: Date.now() });
    await parts.close();
    expect((await look(folder)).isGood).toBe(true);
    expect(await rebuildStore(config, log)).toMatchObject({ readings: 0, broughtBack: [] });
    expect((await look(folder)).isGood).toBe(true);

    const again = await openParts(config, log);
    await again.kv.put(keyOf.device({ park: 'daoyu', id: 'probe' }), { id: 'probe' }, 0);
    await again.close();
    expect(await rebuildStore(config, log)).toMatchObject({ readings: 5, broughtBack: ['daoyu/probe'] });
  });

  it('is not built anew from a log that has forgotten its beginning', async () => {
    const folder = copy();
    const config = readConfig({ ...settingsOf(folder), DAOYU_BUS_RETAIN: '1ms' });
    const bus = await openLmdbBus({
      ...{ folder: join(folder, 'bus'), clock: () => Date.now() + 1e9, maxBytes: 1e9, retainMs: 1, tendEveryMs: 10 },
    });
    for (const { name } of (await bus.status()).consumers) await bus.forget(name);
    await eventually(async () => (await bus.status()).firstPosition > 1);
    await bus.close();
    await expect(rebuildStore(config, log)).rejects.toMatchObject({ code: 'STORE_REBUILD_PARTIAL' });
    expect(readdirSync(folder).filter((name) => name.startsWith('store'))).toEqual(['store']);
  });

  it('of a newer version is left as it is, and said so', async () => {
    const folder = copy();
    await change(folder, "INSERT OR REPLACE INTO meta VALUES ('schema', 99)");
    const { findings } = await look(folder);
    expect(wrongOnes(findings)[0]?.message).toMatch(/written by a newer daoyu \(schema 99/);
  });
});

it('refuses the folder of a newer version before anything is opened', async () => {
  const folder = copy();
  writeFileSync(join(folder, 'format.json'), '{"format":7,"writtenBy":"9.0.0"}');
  await expect(openDataFolder(folder)).rejects.toMatchObject({
    code: 'DATA_FOLDER_NEWER',
    message: expect.stringMatching(/newer daoyu \(9\.0\.0, format 7; this one, 0\.1\.0, reads up to 1\)/),
  });
});
