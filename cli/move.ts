/** `daoyu move`: copies a stopped installation from its data folder to the servers named in the settings. */
import { Command } from 'commander';
import { pino } from 'pino';
import { readConfig } from '../app/config.ts';
import { moveInstallation } from '../app/move/move.ts';

export function moveCommand(): Command {
  return new Command('move')
    .description('copy a stopped installation from its data folder (DAOYU_DATA_DIR) to NATS and InfluxDB')
    .addHelpText(
      'after',
      '\nSet DAOYU_BUS_URL and DAOYU_STORE_URL as the platform will have them. Broken off, it goes on where it was. The data folder is not changed.',
    )
    .action(move);
}

async function move(): Promise<void> {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  let last = '';
  const { entries, items, readings, values } = await moveInstallation({
    config: readConfig(process.env),
    log: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
    onProgress(what) {
      const [part = ''] = what.split(':');
      // One line per part on a pipe, an updating line on a terminal.
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
      else if (part !== last) say(what);
      last = part;
    },
  });
  if (process.stderr.isTTY) say('');
  process.stdout.write(
    `moved and compared: ${entries} entries of the log, ${items} items, ${readings} readings with ${values} values. Start the platform with these settings\n`,
  );
}
