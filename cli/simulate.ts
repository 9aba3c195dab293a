/** `daoyu simulate`: virtual devices against any MQTT address, healthy or in a scenario, live or through the past. */
import { join } from 'node:path';
import { Command } from 'commander';
import { parseTime } from '../api/time-range.ts';
import { type Config, readConfig } from '../app/config.ts';
import { DaoyuError } from '../base/errors.ts';
import { loadKinds } from '../sensors/kinds.ts';
import { loadFaults } from '../simulators/faults.ts';
import type { FleetMember } from '../simulators/fleet-member.ts';
import { loadModels } from '../simulators/models.ts';
import type { Run } from '../simulators/run.ts';
import { loadScenario, loadScenarios, type Scenario, type ScenarioContext } from '../simulators/scenario.ts';
import { startInPast, takingPart } from '../simulators/scenario-scope.ts';
import { openTruthFile } from '../simulators/truth.ts';
import { backfillStart } from './backfill-start.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { generateFleet } from './generated-fleet.ts';
import { createProgress } from './progress.ts';
import { endSoon, stopped, untilStopped } from './until-stopped.ts';

const HOUR = 3_600_000;
const MAX_HISTORY_HOURS = 24 * 366;

interface Options {
  readonly scenario?: string;
  readonly list?: boolean;
  readonly url?: string;
  readonly fleet?: string;
  readonly devices?: string;
  readonly api?: string;
  readonly token?: string;
  readonly only?: string;
  readonly from?: string;
  readonly history?: string;
  readonly speed: string;
  readonly seed: string;
  readonly truth?: string;
  readonly errors?: boolean;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('publish realistic readings of virtual devices over MQTT, with the faults of a scenario')
    .option(
      '--scenario <name>',
      'one of ours, or a .json, .js, .mjs or .ts file (default: healthy devices, until Ctrl-C)',
    )
    .option('--list', 'list the scenarios and exit')
    .option('--url <url>', 'MQTT address (default: DAOYU_HOST and DAOYU_MQTT_PORT)')
    .option('--fleet <file>', 'device credentials (default: secrets/devices.json in the data folder, the demo devices)')
    .option('--devices <count>', 'a generated fleet of this size; missing devices are added over the API')
    .option('--api <url>', 'address of the API for --devices and --history (default: DAOYU_HOST and DAOYU_HTTP_PORT)')
    .option('--token <token>', 'API token for the same (default: DAOYU_API_TOKEN or the data folder)')
    .option('--only <text>', 'only devices whose park.device contains this text')
    .option(
      '--from <time>',
      'measured time of the first reading: RFC 3339, -48h, now (default: a scenario ends in the past, else now)',
    )
    .option(
      '--history <hours>',
      'instead of --from: the part of this past that the platform lacks, queried over the API, then live',
    )
    .option('--speed <factor>', 'simulated seconds per second; max: as fast as acknowledged', 'max')
    .option('--seed <text>', 'the same seed makes the same weather, sensors and faults', 'kaijiang')
    .option('--truth <file>', 'write the readings sent and the faults applied, as JSON lines')
    .option('--errors', 'print what the platform publishes on the errors topics')
    .action(simulate);
}

async function simulate(options: Options): Promise<void> {
  const config = readConfig(process.env);
  const context = { kinds: await loadKinds(config.kindsDir), faults: await loadFaults() };
  if (options.list) return list(context);
  const scenario = options.scenario === undefined ? undefined : await loadScenario(options.scenario, context);
  const members = await membersOf(options, config, scenario, context);
  const url = options.url ?? `mqtt://${config.host}:${config.mqttPort}`;
  const signal = untilStopped();
  // The MQTT client takes half a second to load: no other command waits for it.
  const { startRun } = await import('../simulators/run.ts');
  const run = startRun({
    ...{ ...context, url, members, seed: options.seed, clock: Date.now },
    models: await loadModels(),
    ...(await beginningOf(options, scenario, Date.now())),
    speed: speedOf(options.speed),
    ...(scenario && { scenario }),
    ...(options.scenario && { name: options.scenario }),
    ...(options.truth && { truth: openTruthFile(options.truth) }),
    ...reports(options),
  });
  process.stderr.write(
    `${scenario ? `${scenario.label.zh} ${scenario.label.en}: ` : ''}${members.length} devices on ${url}; Ctrl-C ends\n`,
  );
  await follow(run, signal);
}

async function list(context: ScenarioContext): Promise<void> {
  for (const [name, { label, hours, about }] of await loadScenarios(context)) {
    process.stdout.write(`${name}  ${label.zh} ${label.en}, ${hours} h\n  ${about.zh}\n  ${about.en}\n`);
  }
}

async function membersOf(
  options: Options,
  config: Config,
  scenario: Scenario | undefined,
  { kinds }: ScenarioContext,
): Promise<readonly FleetMember[]> {
  const all = await fleetOf(
    options,
    config,
    scenario?.fleet ?? Object.fromEntries([...kinds.keys()].map((name) => [name, 1])),
    kinds,
  );
  const wanted = all.filter(({ park, device }) => `${park}.${device}`.includes(options.only ?? ''));
  const members = scenario === undefined ? wanted : takingPart(wanted, scenario);
  if (members.length > 0) return members;
  const kindsWanted = scenario === undefined ? '' : ` of the kinds ${Object.keys(scenario.fleet).join(', ')}`;
  throw new DaoyuError(
    'CREDENTIALS_MISSING',
    `the fleet has no device${kindsWanted} that fits; make one with --devices`,
  );
}

async function fleetOf(
  options: Options,
  config: Config,
  mix: Scenario['fleet'],
  kinds: ScenarioContext['kinds'],
): Promise<readonly FleetMember[]> {
  if (options.devices === undefined) return loadFleet(options.fleet ?? fleetFile(config.dataDir));
  const count = Number(options.devices);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new DaoyuError('OPTION_INVALID', `--devices ${options.devices} must be a whole number from 1 to 100000`);
  const progress = createProgress('devices made');
  const members = await generateFleet({
    ...{ count, mix, kinds },
    file: options.fleet ?? join(config.dataDir, 'secrets', 'fleet.json'),
    target: targetOf(options),
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.stop();
  return members;
}

async function beginningOf(options: Options, scenario: Scenario | undefined, now: number) {
  const { from, history } = options;
  if (history !== undefined) {
    const hours = Number(history);
    if (scenario !== undefined || from !== undefined || !(hours > 0 && hours <= MAX_HISTORY_HOURS))
      throw new DaoyuError('OPTION_INVALID', `--history ${history} must be hours, without --scenario and --from`);
    const earliest = now - hours * HOUR;
    return { from: earliest, fromOf: await backfillStart(targetOf(options), earliest) };
  }
  if (from === undefined) return { from: scenario === undefined ? now : startInPast(scenario, now) };
  const time = parseTime('--from', from, now);
  if (time <= now) return { from: time };
  throw new DaoyuError(
    'OPTION_INVALID',
    `--from ${from} lies in the future, which the platform refuses: start now or earlier`,
  );
}

const targetOf = ({ api, token }: Options) => ({ ...(api && { api }), ...(token && { token }) });

function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw new DaoyuError('OPTION_INVALID', `--speed ${text} must be a number above 0, such as 60, or max`);
}

/** Prints each problem once: a fleet without a platform would repeat it thousands of times. */
function reports({ errors }: Options) {
  const told = new Set<string>();
  const tellOnce = (text: string) => {
    if (told.has(text) || told.size > 100) return;
    told.add(text);
    process.stderr.write(`${text}\n`);
  };
  return {
    onRefused: ({ park, device }: FleetMember, message: string) =>
      tellOnce(
        `${park}.${device} is refused: ${message}. Its password is not the platform's; see --fleet and --devices.`,
      ),
    onTrouble: (_member: FleetMember, message: string) => tellOnce(`no connection: ${message}; trying again`),
    ...(errors && {
      onError: ({ park, device }: FleetMember, report: string) =>
        process.stderr.write(`${park}.${device}: ${report}\n`),
    }),
  };
}

/** Runs until the end or until stopped; shows the progress and prints a summary. */
async function follow(run: Run, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const progress = createProgress('hours');
  const show = () => {
    const { to, from, position } = run;
    if (to === undefined) process.stderr.write(`${summary(run)}\n`);
    else progress.update(hours(position - from), hours(to - from), summary(run));
  };
  const ticker = setInterval(show, run.to === undefined ? 5000 : 500);
  await Promise.race([stopped(signal), run.ended]);
  clearInterval(ticker);
  show();
  progress.stop();
  await run.close();
  process.stderr.write(`${summary(run)} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
  // Devices without a connection would keep the process alive with their retries.
  process.exitCode = 0;
  endSoon();
}

const hours = (ms: number) => Math.floor(ms / HOUR);

function summary(run: Run): string {
  const { sent, acknowledged, buffered, overwritten, messages, connected } = run.counts;
  const lost = overwritten > 0 ? `  overwritten ${overwritten}` : '';
  return `sent ${sent}  acknowledged ${acknowledged}  buffered ${buffered}${lost}  (${messages} messages, ${connected} connected)`;
}
