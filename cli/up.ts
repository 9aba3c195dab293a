/** `daoyu up`: the platform in one process; with `--simulate` the demo devices run in it too. */
import { Command } from 'commander';
import { pino } from 'pino';
import { type Config, readConfig } from '../app/config.ts';
import type { Platform } from '../app/platform.ts';
import { ROLES } from '../app/setting-parsers.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Fleet } from '../simulators/fleet.ts';
import { endSoon, stopped, untilStopped } from './until-stopped.ts';

interface Options {
  readonly simulate?: boolean;
  readonly roles?: string;
  readonly history: string;
}

const MAX_HISTORY_HOURS = 24 * 366;

export function upCommand(): Command {
  return new Command('up')
    .description('start the platform: MQTT, log, store, page and API in one process, or some of its roles')
    .option('--simulate', 'run the demo devices, which publish over MQTT like any other device')
    .option('--roles <roles>', 'roles of this process, from broker,ingest,api (default: DAOYU_ROLES, or all)')
    .option('--history <hours>', 'hours of history that the demo devices send, as far as the store lacks them', '48')
    .action(up);
}

async function up(options: Options): Promise<void> {
  const config = readConfig({
    ...process.env,
    ...(options.simulate && { DAOYU_DEMO: 'yes' }),
    ...(options.roles !== undefined && { DAOYU_ROLES: options.roles }),
  });
  if (options.simulate && config.roles.length < ROLES.length)
    throw new DaoyuError(
      'OPTION_INVALID',
      'the demo devices of --simulate need all roles in this process; beside several, run `daoyu simulate`',
    );
  const hours = Number(options.history);
  if (!(hours >= 0 && hours <= MAX_HISTORY_HOURS))
    throw new DaoyuError('OPTION_INVALID', `--history ${options.history} must be hours from 0 to ${MAX_HISTORY_HOURS}`);
  const signal = untilStopped();
  // Standard error is for the log, standard output for people.
  const log = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  // The platform takes a second to load: no other command waits for it.
  const { startPlatform } = await import('../app/platform.ts');
  const platform = await Promise.race([startPlatform(config, { log, clock: Date.now }), stopped(signal)]);
  if (platform === undefined) {
    // It may be waiting for a server; nothing has been accepted yet.
    process.stdout.write('stopped before it was up\n');
    process.exit(0);
  }
  await greet(platform, config);
  let fleet: Fleet | undefined;
  try {
    if (options.simulate && !signal.aborted) {
      const { startDemoFleet } = await import('./demo-fleet.ts');
      fleet = await startDemoFleet(platform, config, hours);
    }
    await stopped(signal);
    process.stdout.write('\nstopping …\n');
  } finally {
    await fleet?.close();
    await platform.close();
  }
  process.stdout.write('stopped; all that was acknowledged is kept\n');
  endSoon();
}

async function greet({ urls, signInLink, isEmpty }: Platform, { dataDir, roles, apiToken }: Config): Promise<void> {
  const link = await signInLink();
  const token = apiToken === undefined ? `${dataDir}/secrets/api-token` : 'the one set as DAOYU_API_TOKEN';

  process.stdout.write(
    [
      '',
      `  稻渔 daoyu is up${roles.length === ROLES.length ? '' : `: ${roles.join(', ')}`}`,
      ...(link === undefined
        ? [`  health   ${reachable(urls.http)}/readyz`]
        : [
            `  page     ${reachable(link)}   (signs one browser in, once)`,
            `  API      ${reachable(urls.http)}/docs   (token: ${token})`,
          ]),
      ...Object.entries(urls.mqtt).map(([name, url]) => `  ${name.padEnd(8)} ${reachable(url)}`),
      `  data     ${dataDir}`,
      ...(isEmpty() ? [EMPTY] : []),
      '',
      '',
    ].join('\n'),
  );
}

const EMPTY = `  empty    the page leads to the first reading; so do
           daoyu parks add, daoyu sites add, daoyu devices add --wait`;

/** An address to listen on all interfaces cannot be opened by a browser or a device. */
function reachable(url: string): string {
  return url.replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=[:/]|$)/, '//127.0.0.1');
}
