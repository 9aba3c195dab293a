/** `daoyu check`: checks a stopped installation, and can rebuild its store if the log still holds everything. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { checkInstallation } from '../app/check/check.ts';
import type { Finding } from '../app/check/findings.ts';
import { rebuildStore } from '../app/check/rebuild-store.ts';
import { readConfig } from '../app/config.ts';

interface Options {
  readonly rebuildStore?: boolean;
}

export function checkCommand(): Command {
  return new Command('check')
    .description('check log, state, registry and store of a stopped platform; exit code 1 if something is wrong')
    .option(
      '--rebuild-store',
      'move the store away and rebuild it from the log, if the log still holds everything since the beginning',
    )
    .addHelpText('after', '\nA running platform is checked by its backup: `daoyu backup X`, `daoyu restore --check X`.')
    .action(check);
}

export function printFinding({ part, isGood, message }: Finding): void {
  process.stdout.write(`${isGood ? 'ok   ' : 'WRONG'} ${part.padEnd(8)} ${message}\n`);
}

const log = pino({ level: 'silent' });

async function check(options: Options): Promise<void> {
  const config = readConfig(process.env);
  if (options.rebuildStore) {
    const { readings, movedTo, broughtBack } = await rebuildStore(config, log);
    process.stdout.write(`rebuilt from the log: ${readings} readings. The old store is in ${movedTo}\n`);
    for (const name of broughtBack)
      process.stdout.write(
        `readings of ${name} that were removed are there again: a device of that name exists, and the log does not tell them apart\n`,
      );
  }
  if (!(await checkInstallation(config, resolve(config.dataDir), log, printFinding))) process.exitCode = 1;
}
