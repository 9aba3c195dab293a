/** `daoyu up`: the whole platform in one process; with `--simulate` the demo devices live in it too. */
import { Command } from 'commander';
import { pino } from 'pino';
import { type Config, ROLES, readConfig } from '../config.ts';
import { DaoyuError } from '../errors.ts';
import { type Platform, startPlatform } from '../platform.ts';
import type { Fleet } from '../simulators/fleet.ts';
import { loadModels } from '../simulators/models.ts';
import { startRun } from '../simulators/run.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { askPlatform } from './platform-api.ts';
import { createProgress } from './progress.ts';
import { stopped, untilStopped } from './until-stopped.ts';

interface Options {
  readonly simulate?: boolean;
  readonly roles?: string;
  readonly history: string;
}

const HOUR = 3_600_000;
/** The demo world; another text is another world. */
const SEED = 'kaijiang';

export function upCommand(): Command {
  return new Command('up')
    .description('start the platform: MQTT, log, store, page and API in one process, or some of its roles')
    .option('--simulate', 'let the demo devices publish, over MQTT like any other device')
    .option('--roles <roles>', 'what this process does, of broker,ingest,api (default: DAOYU_ROLES, or all)')
    .option('--history <hours>', 'hours of past the demo devices send, as far as the store lacks it', '48')
    .action(up);
}

async function up(options: Options): Promise<void> {
  const config = readConfig({ ...process.env, ...(options.roles !== undefined && { DAOYU_ROLES: options.roles }) });
  if (options.simulate && config.roles.length < ROLES.length)
    throw new DaoyuError(
      'OPTION_INVALID',
      'the demo devices of --simulate need all roles in this process; beside several, run `daoyu simulate`',
    );
  const signal = untilStopped();
  // Standard error is for the log, standard output for what a person asked for.
  const log = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  const platform = await startPlatform(config, { log, clock: Date.now });
  await greet(platform, config);
  const fleet =
    options.simulate && !signal.aborted ? await simulate(platform, config, Number(options.history)) : undefined;
  await stopped(signal);
  process.stdout.write('\nstopping …\n');
  await fleet?.close();
  await platform.close();
  process.stdout.write('stopped; all that was acknowledged is kept\n');
}

async function greet({ urls, signInLink }: Platform, { dataDir, roles }: Config): Promise<void> {
  const link = await signInLink();
  process.stdout.write(
    [
      '',
      `  稻渔 daoyu is up${roles.length === ROLES.length ? '' : `: ${roles.join(', ')}`}`,
      ...(link === undefined
        ? [`  health   ${urls.http}/readyz`]
        : [
            `  page     ${link}   (signs one browser in, once)`,
            `  API      ${urls.http}/docs   (token: ${dataDir}/secrets/api-token)`,
          ]),
      ...Object.entries(urls.mqtt).map(([name, url]) => `  ${name.padEnd(8)} ${url}`),
      `  data     ${dataDir}`,
      '',
      '',
    ].join('\n'),
  );
}

/** Devices measured on while the platform was away, as far as their memory reaches; what is older stays a gap that can be seen. */
async function simulate(platform: Platform, config: Config, hours: number): Promise<Fleet> {
  const startedAt = Date.now();
  const members = loadFleet(fleetFile(config.dataDir));
  const earliest = startedAt - hours * HOUR;
  const newest = await newestTimes(platform);
  const progress = createProgress('  history');
  const fleet = startRun({
    url: platform.urls.mqtt.mqtt ?? platform.urls.mqtt.ws ?? '',
    members,
    kinds: platform.kinds,
    models: await loadModels(),
    faults: new Map(),
    seed: SEED,
    from: earliest,
    fromOf: ({ park, device, intervalMs }) => Math.max(earliest, (newest.get(`${park}.${device}`) ?? 0) + intervalMs),
    speed: Number.POSITIVE_INFINITY,
    clock: Date.now,
    onRefused: (member, message) => process.stderr.write(`${member.device} refused: ${message}\n`),
  });
  const kinds = [...new Set(members.map((member) => member.kind))];
  process.stdout.write(`  simulating ${members.length} devices: ${kinds.join(', ')}. Ctrl-C ends.\n`);
  const minutes = (ms: number) => Math.max(0, Math.floor(ms / 60_000));
  const total = minutes(startedAt - earliest);
  const show = () =>
    progress.update(
      Math.min(total, minutes(fleet.position - earliest)),
      total,
      `min, ${fleet.counts.acknowledged} readings`,
    );
  const ticker = setInterval(show, 250);
  void fleet.live.then(() => {
    clearInterval(ticker);
    show();
    progress.stop();
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`  history: ${fleet.counts.acknowledged} readings acknowledged in ${seconds} s; now live\n`);
  });
  return fleet;
}

/** Newest measured time the platform has of each device, epoch ms. */
async function newestTimes(platform: Platform): Promise<ReadonlyMap<string, number>> {
  const target = { api: platform.urls.http, token: platform.token };
  const { latest } = (await askPlatform(target, 'GET', '/api/v1/latest')) as {
    readonly latest: readonly { readonly park: string; readonly device: string; readonly time?: number | null }[];
  };
  return new Map(latest.flatMap(({ park, device, time }) => (time ? [[`${park}.${device}`, time] as const] : [])));
}
