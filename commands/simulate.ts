/** `daoyu simulate`: the demo devices against any MQTT address, with a live count. */
import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { loadKinds } from '../sensors/kinds.ts';
import { type FleetMember, startFleet } from '../simulators/fleet.ts';
import { createModelOf } from '../simulators/model-of.ts';
import { loadModels } from '../simulators/models.ts';
import { fleetFile, loadFleet } from './fleet-file.ts';
import { createProgress } from './progress.ts';
import { stopped, untilStopped } from './until-stopped.ts';

interface Options {
  readonly url?: string;
  readonly credentials?: string;
  readonly only?: string;
  readonly history: string;
  readonly errors?: boolean;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('publish believable readings of the demo devices over MQTT')
    .option('--url <url>', 'MQTT address (default: DAOYU_HOST and DAOYU_MQTT_PORT)')
    .option('--credentials <file>', 'device credentials (default: secrets/devices.json in the data folder)')
    .option('--only <text>', 'only devices whose park.device holds this text')
    .option('--history <hours>', 'hours of past to send first', '0')
    .option('--errors', 'print what the platform answers on the errors topics')
    .action(simulate);
}

async function simulate(options: Options): Promise<void> {
  const config = readConfig(process.env);
  const members = loadFleet(options.credentials ?? fleetFile(config.dataDir)).filter((member) =>
    `${member.park}.${member.device}`.includes(options.only ?? ''),
  );
  const url = options.url ?? `mqtt://${config.host}:${config.mqttPort}`;
  const signal = untilStopped();
  const progress = createProgress('history');
  const hours = Number(options.history);
  const fleet = startFleet({
    url,
    members,
    modelOf: createModelOf(await loadKinds(config.kindsDir), await loadModels()),
    clock: Date.now,
    ...(hours > 0 && { history: { from: Date.now() - hours * 3_600_000, everyMs: 300_000 } }),
    onHistory: (done, total) => progress.update(done, total, 'devices'),
    onRefused: (member: FleetMember, message) =>
      process.stderr.write(`${member.park}.${member.device} refused: ${message}\n`),
    ...(options.errors && {
      onError: (member: FleetMember, report: string) => process.stderr.write(`${member.device}: ${report}\n`),
    }),
  });
  process.stderr.write(`${members.length} devices on ${url}; Ctrl-C ends\n`);
  const ticker = setInterval(() => {
    const { sent, acknowledged, buffered, overwritten } = fleet.counts;
    process.stderr.write(
      `sent ${sent}  acknowledged ${acknowledged}  buffered ${buffered}  overwritten ${overwritten}\n`,
    );
  }, 5000);
  await stopped(signal);
  clearInterval(ticker);
  await fleet.close();
}
