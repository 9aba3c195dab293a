/** `daoyu up`: the whole platform in one process; with `--simulate` the demo devices live in it too. */
import { Command } from 'commander';
import { pino } from 'pino';
import { type Config, readConfig } from '../config.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { type Fleet, startFleet } from '../simulators/fleet.ts';
import { createModelOf } from '../simulators/model-of.ts';
import { loadModels } from '../simulators/models.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { createProgress } from './progress.ts';
import { stopped, untilStopped } from './until-stopped.ts';

interface Options {
  readonly simulate?: boolean;
  readonly history: string;
}

export function upCommand(): Command {
  return new Command('up')
    .description('start the platform: MQTT, log, store, page and API in one process')
    .option('--simulate', 'let the demo devices publish, over MQTT like any other device')
    .option('--history <hours>', 'hours of past the demo devices send on an empty store', '48')
    .action(up);
}

async function up(options: Options): Promise<void> {
  const config = readConfig(process.env);
  const signal = untilStopped();
  // Standard error is for the log, standard output for what a person asked for.
  const log = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  const platform = await startPlatform(config, { log, clock: Date.now });
  greet(platform, config);
  const fleet =
    options.simulate && !signal.aborted ? await simulate(platform, config, Number(options.history)) : undefined;
  await stopped(signal);
  process.stdout.write('\nstopping …\n');
  await fleet?.close();
  await platform.close();
  process.stdout.write('stopped; all that was acknowledged is kept\n');
}

function greet({ urls, signInLink }: Platform, { dataDir }: Config): void {
  process.stdout.write(
    [
      '',
      '  稻渔 daoyu is up',
      `  page     ${signInLink()}   (signs one browser in, once)`,
      `  API      ${urls.http}/docs   (token: ${dataDir}/secrets/api-token)`,
      ...Object.entries(urls.mqtt).map(([name, url]) => `  ${name.padEnd(8)} ${url}`),
      `  data     ${dataDir}`,
      '',
      '',
    ].join('\n'),
  );
}

async function simulate(platform: Platform, config: Config, hours: number): Promise<Fleet> {
  const members = loadFleet(fleetFile(config.dataDir));
  const kinds = [...new Set(members.map((member) => member.kind))];
  const isFirst = await platform.isEmpty();
  const progress = createProgress('  history');
  const fleet = startFleet({
    url: platform.urls.mqtt.mqtt ?? platform.urls.mqtt.ws ?? '',
    members,
    modelOf: createModelOf(platform.kinds, await loadModels()),
    clock: Date.now,
    ...(isFirst && hours > 0 && { history: { from: Date.now() - hours * 3_600_000, everyMs: 300_000 } }),
    onHistory: (done, total) => progress.update(done, total, 'devices'),
    onRefused: (member, message) => process.stderr.write(`${member.device} refused: ${message}\n`),
  });
  process.stdout.write(`  simulating ${members.length} devices: ${kinds.join(', ')}. Ctrl-C ends.\n`);
  void fleet.live.then(() => progress.stop());
  return fleet;
}
