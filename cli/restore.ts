/** `daoyu restore BACKUP`: restores a backup into an empty data folder; with `--check` into a temporary one, to test it. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { openBus } from '../app/backends.ts';
import { readArchive } from '../app/backup/archive.ts';
import type { Manifest } from '../app/backup/manifest.ts';
import { restoreInto } from '../app/backup/restore.ts';
import { checkInstallation } from '../app/check/check.ts';
import { type Config, readConfig } from '../app/config.ts';
import { timestampOf } from '../base/beijing-time.ts';
import { watchDiskSpace } from '../base/disk-space.ts';
import { DaoyuError } from '../base/errors.ts';
import { printFinding } from './check.ts';

interface Options {
  readonly check?: boolean;
  readonly temp: string;
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('restore a backup into the data folder (DAOYU_DATA_DIR), which must be empty; then start the platform')
    .argument('<backup>', 'the folder or tar file that `daoyu backup` made, or - for a tar file on standard input')
    .option('--check', 'test only: restore into a temporary folder, check everything in it, and remove it')
    .option('--temp <folder>', 'where to create the temporary folder; it needs space for the whole backup', tmpdir())
    .action(restore);
}

const log = pino({ level: 'silent' });

async function restore(source: string, { check = false, temp }: Options): Promise<void> {
  // A backup holds log and state as they are on the disk, whatever the settings say for the running platform.
  const config: Config = { ...readConfig(process.env), busUrl: 'embedded' };
  if (source !== '-' && !existsSync(source))
    throw new DaoyuError('FILE_MISSING', `there is no backup ${resolve(source)}`);
  if (check) {
    await tryOut(config, source, temp);
    return;
  }
  const manifest = await restoreTo(config, source, resolve(config.dataDir));
  print(`restored into ${resolve(config.dataDir)}: ${summaryOf(manifest)}`);
}

async function tryOut(config: Config, source: string, temp: string): Promise<void> {
  const folder = await mkdtemp(join(temp, 'daoyu-restore-'));
  try {
    const manifest = await restoreTo(config, source, folder);
    print(`complete and unchanged: ${summaryOf(manifest)}`);
    const hasStore = manifest.counts.readings !== undefined;
    const there: Config = { ...config, dataDir: folder, storeUrl: hasStore ? 'embedded' : 'memory' };
    if (!(await checkInstallation(there, folder, log, printFinding))) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function restoreTo(config: Config, source: string, dataFolder: string): Promise<Manifest> {
  const place =
    source !== '-' && statSync(source).isDirectory()
      ? (folder: string) => cp(resolve(source), folder, { recursive: true })
      : (folder: string) => readArchive(source === '-' ? process.stdin : createReadStream(source), folder);
  const space = watchDiskSpace(resolve(dataFolder, '..'), config.diskReserve);
  return restoreInto({
    dataFolder,
    place,
    openBus: () => openBus({ config, folder: dataFolder, clock: Date.now, log, space }),
  });
}

function summaryOf({ startedAt, writtenBy, counts: { parks, sites, devices, readings } }: Manifest): string {
  const stored = readings === undefined ? 'no store' : `at least ${readings} readings`;
  return `backup of ${timestampOf(startedAt)} Beijing time by daoyu ${writtenBy}: ${parks} parks, ${sites} sites, ${devices} devices, ${stored}`;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);
