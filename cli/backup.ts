/** `daoyu backup TARGET`: copies the whole running installation into a folder, or as tar to standard output. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { writeArchive } from '../app/backup/archive.ts';
import { askForBackup } from '../app/backup/control.ts';
import { copyInstallation } from '../app/backup/copy.ts';
import { type Copied, type Manifest, writeManifest } from '../app/backup/manifest.ts';
import { type Config, readConfig } from '../app/config.ts';
import { openParts } from '../app/open-parts.ts';

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the whole installation (log, store, state, secrets), whether it is running or stopped')
    .argument('<target>', 'a new folder, or - for a tar file on standard output')
    .addHelpText(
      'after',
      '\nWhat was acknowledged before the backup began is in it. It holds passwords’ hashes and the secrets: keep it as safe as the data folder.',
    )
    .action(backup);
}

/** On standard error, because standard output may carry the archive. */
const say = (text: string) => void process.stderr.write(`${text}\n`);

async function backup(target: string): Promise<void> {
  const config = readConfig(process.env);
  if (target !== '-') {
    report(await make(config, resolve(target)));
    say(`complete: ${resolve(target)}`);
    return;
  }
  // Copied beside the data first: a slow reader of the stream must not block the store.
  const staging = await mkdtemp(join(resolve(config.dataDir), 'backup-'));
  try {
    const manifest = await make(config, staging);
    await writeArchive(staging, manifest, process.stdout);
    report(manifest);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function make(config: Config, target: string): Promise<Manifest> {
  const startedAt = Date.now();
  const copied = (await askForBackup(resolve(config.dataDir), target, say)) ?? (await copyStopped(config, target));
  return await writeManifest(target, startedAt, copied as Copied);
}

/** No platform runs on the folder: locked and opened here for as long as it takes. */
async function copyStopped(config: Config, target: string): Promise<Copied> {
  const parts = await openParts(config, pino({ level: 'silent' }));
  try {
    return await copyInstallation(parts, target, say);
  } finally {
    await parts.close();
  }
}

function report({ counts: { parks, sites, devices, readings }, files }: Manifest): void {
  const megabytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
  const stored = readings === undefined ? 'the store is a server of its own and not in it' : `${readings} readings`;
  say(`${parks} parks, ${sites} sites, ${devices} devices; ${stored}; ${megabytes.toFixed(1)} MB`);
}
