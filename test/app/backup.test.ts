import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArchive, writeArchive } from '../../app/backup/archive.ts';
import { askForBackup, openControl } from '../../app/backup/control.ts';
import { type BackupParts, copyInstallation } from '../../app/backup/copy.ts';
import { type Copied, readManifest, verifyFiles, writeManifest } from '../../app/backup/manifest.ts';
import { restoreInto } from '../../app/backup/restore.ts';
import { openDataFolder } from '../../app/data-folder.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { openLmdbKv } from '../../kv/lmdb.ts';
import { eventually } from '../eventually.ts';
import { newDataDir, runPlatform } from '../running-platform.ts';

const fresh = () => {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'backup');
};

const openLog = (dataFolder: string) =>
  openLmdbBus({ folder: join(dataFolder, 'bus'), clock: Date.now, maxBytes: 1e9, retainMs: 1e9 });

const restore = (backup: string, dataFolder: string) =>
  restoreInto({
    dataFolder,
    place: async (folder) => cpSync(backup, folder, { recursive: true }),
    openBus: () => openLog(dataFolder),
  });

const silent = () => {};
const registry = { parks: () => [], sites: () => [], devices: () => [] };

/** A log of two entries and a state that says of each that it was seen. */
async function smallInstallation() {
  const dataFolder = newDataDir();
  (await openDataFolder(dataFolder)).close();
  const bus = await openLog(dataFolder);
  const kv = await openLmdbKv({ folder: join(dataFolder, 'state') });
  onTestFinished(async () => {
    await bus.close();
    await kv.close();
  });
  const consumption = await bus.consume({ name: 'keeper', subjects: ['>'], from: 'first' });
  const deliveries = consumption[Symbol.asyncIterator]();
  const see = async () => {
    const position = await bus.append([{ subject: 'daoyu.clock', data: '{}' }]);
    const { value } = await deliveries.next();
    await kv.put(`seen/${position}`, true);
    value?.ack();
    // Puts the positions of all consumers on the disk.
    await (await bus.consume({ name: 'other', subjects: ['none'], from: 'new' })).close();
    await bus.forget('other');
  };
  await see();
  const parts: BackupParts = { bus, kv, store: undefined, registry, dataFolder };
  return { dataFolder, bus, kv, see, parts };
}

async function smallBackup() {
  const { parts } = await smallInstallation();
  const backup = fresh();
  await writeManifest(backup, Date.now(), await copyInstallation(parts, backup, silent));
  return backup;
}

describe('a backup of a running platform', () => {
  it('gives an installation with its readings and credentials', async () => {
    const running = await runPlatform({ DAOYU_DEMO: 'no' });
    await running.post('/api/v1/parks', { park: 'daoyu' });
    const credentials = await running.addDevice('pond', 'aquaculture_pond');
    const device = await running.connect(credentials);
    await device.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen":6.4}', { qos: 1 });
    const backup = fresh();
    const copied = (await askForBackup(running.dataDir, backup, silent)) as Copied;
    expect(copied.counts).toMatchObject({ parks: 1, sites: 1, devices: 1 });
    await writeManifest(backup, Date.now(), copied);

    const dataFolder = newDataDir();
    await restore(backup, dataFolder);
    const again = await runPlatform({ DAOYU_DATA_DIR: dataFolder, DAOYU_DEMO: 'no' });
    expect(again.platform.token).toBe(running.platform.token);
    await again.connect(credentials);
    const { ledger } = await eventually(
      () => again.get<{ ledger: readonly { stored: number }[] }>('/api/v1/ledger'),
      (answer) => answer.ledger[0]?.stored === 1,
    );
    expect(ledger).toHaveLength(1);
  });

  it('is refused while another one is made', async () => {
    const folder = newDataDir();
    let finish = silent;
    const backup = () => new Promise<unknown>((resolve) => (finish = () => resolve({})));
    const control = await openControl({ folder, backup, log: { warn: silent } });
    const first = askForBackup(folder, fresh(), silent);
    await eventually(() => finish !== silent);
    await expect(askForBackup(folder, fresh(), silent)).rejects.toMatchObject({ code: 'BACKUP_UNDER_WAY' });
    finish();
    expect(await first).toEqual({});
    await control.close();
    expect(await askForBackup(folder, fresh(), silent)).toBeUndefined();
  });
});

describe('a restore', () => {
  it('has consumers take again what they took while the backup was made', async () => {
    const { parts, kv, see } = await smallInstallation();
    const backup = fresh();
    const copyTo = async (target: string) => {
      await kv.copyTo?.(target);
      await see();
    };
    const copied = await copyInstallation({ ...parts, kv: { copyTo } }, backup, silent);
    await writeManifest(backup, Date.now(), copied);

    const dataFolder = newDataDir();
    await restore(backup, dataFolder);
    const state = await openLmdbKv({ folder: join(dataFolder, 'state') });
    expect([await state.get('seen/1'), await state.get('seen/2')]).toMatchObject([{ value: true }, undefined]);
    await state.close();
    const bus = await openLog(dataFolder);
    expect(await bus.status()).toMatchObject({ lastPosition: 2, consumers: [{ name: 'keeper', position: 1 }] });
    await bus.close();
  });

  it('takes only an empty folder, and leaves it empty when the backup is damaged', async () => {
    const backup = await smallBackup();
    const taken = newDataDir();
    writeFileSync(join(taken, 'mine'), '');
    await expect(restore(backup, taken)).rejects.toMatchObject({ code: 'RESTORE_TARGET_TAKEN' });
    expect(readdirSync(taken)).toEqual(['mine']);
    writeFileSync(join(backup, 'state', 'data.mdb'), 'x');
    const empty = newDataDir();
    await expect(restore(backup, empty)).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringContaining('state/data.mdb has 1 bytes instead of'),
    });
    expect(readdirSync(empty)).toEqual([]);
  });

  it('that was killed on the way leaves a folder on which nothing starts', async () => {
    const folder = newDataDir();
    writeFileSync(join(folder, 'restore.unfinished'), '');
    await expect(openDataFolder(folder)).rejects.toMatchObject({ code: 'RESTORE_UNFINISHED' });
    expect(existsSync(join(folder, 'process.json'))).toBe(false);
  });
});

describe('the files of a backup', () => {
  it('are told when they are missing, changed or too many; without its manifest it is none', async () => {
    const backup = await smallBackup();
    const manifest = await readManifest(backup);
    await verifyFiles(backup, manifest);
    writeFileSync(join(backup, 'stray'), '');
    rmSync(join(backup, 'state'), { recursive: true });
    await expect(verifyFiles(backup, manifest)).rejects.toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringMatching(/state\/data\.mdb is missing; stray is not part/),
    });
    rmSync(join(backup, 'manifest.json'));
    await expect(readManifest(backup)).rejects.toMatchObject({ code: 'BACKUP_INCOMPLETE' });
  });

  it('of a newer version are refused by name', async () => {
    const backup = await smallBackup();
    const manifest = await readManifest(backup);
    writeFileSync(join(backup, 'manifest.json'), JSON.stringify({ ...manifest, format: 99, writtenBy: '9.9.9' }));
    await expect(readManifest(backup)).rejects.toMatchObject({
      code: 'DATA_FOLDER_NEWER',
      message: expect.stringContaining('9.9.9'),
    });
  });

  it('go through an archive unchanged; one that was cut off is refused', async () => {
    const backup = await smallBackup();
    const manifest = await readManifest(backup);
    const output = new PassThrough();
    const whole = buffer(output);
    await writeArchive(backup, manifest, output);
    output.end();
    const archive = await whole;
    const unpacked = fresh();
    await readArchive(Readable.from([archive]), unpacked);
    await verifyFiles(unpacked, await readManifest(unpacked));
    const half = fresh();
    const cutOff = readArchive(Readable.from([archive.subarray(0, archive.length / 2)]), half);
    await expect(cutOff.then(() => readManifest(half))).rejects.toMatchObject({
      code: expect.stringMatching(/^BACKUP_(DAMAGED|INCOMPLETE)$/),
    });
  });

  it('of a platform on servers are theirs to make', async () => {
    const { parts } = await smallInstallation();
    const { status } = parts.bus;
    const copying = copyInstallation({ ...parts, bus: { status } }, fresh(), silent);
    await expect(copying).rejects.toMatchObject({ code: 'BACKUP_UNSUPPORTED' });
  });
});
