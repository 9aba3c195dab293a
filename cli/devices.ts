/** `daoyu devices list|add|import|set|rotate|remove`: the registry of a running platform, over its API. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { examplePayload, mosquittoLine } from '../api/first-message.ts';
import type { DevicesAnswer } from '../api/routes/devices.ts';
import type { KindsAnswer } from '../api/routes/kinds.ts';
import type { LatestAnswer } from '../api/routes/latest.ts';
import type { DeviceCredentials } from '../api/setup-text.ts';
import { addDeviceImport } from './device-import.ts';
import { addDeviceLifeCommands } from './device-life.ts';
import { type ApiTarget, askPlatform, baseOf, withTarget } from './platform-api.ts';

const PATH = '/api/v1/devices';

interface NewDeviceOptions extends ApiTarget {
  readonly park: string;
  readonly site: string;
  readonly kind?: string;
  readonly model?: string;
  readonly mapping?: string;
  readonly wait?: boolean;
  readonly gateway?: string;
  readonly isGateway?: boolean;
  readonly topic?: readonly string[];
  readonly id?: readonly string[];
}

export function devicesCommand(): Command {
  const command = new Command('devices').description('list, add and change the devices of a running platform');
  withTarget(command.command('list'))
    .description('all devices with site, kind and whether they are connected')
    .action(list);
  withTarget(command.command('add'))
    .description('add a device; prints its password once')
    .argument('<device>', 'id: lower-case letters, digits, hyphens')
    .requiredOption('--park <id>', 'a park there is, e.g. daoyu')
    .requiredOption('--site <id>', 'made when it is new')
    .option('--kind <kind>', 'e.g. aquaculture_pond; a model gives it')
    .option('--model <model>', 'a device model of `daoyu models list`: kind, interval and mapping')
    .option('--mapping <file>', 'JSON file that maps its keys to fields')
    .option('--wait', 'stay until its first reading is there')
    .option('--gateway <device>', 'the device whose credential speaks for it')
    .option('--is-gateway', 'it speaks for others; what nobody claims is kept and told')
    .option('--topic <filter...>', 'topics of stock firmware that are its telemetry, e.g. tele/pond-1/#')
    .option('--id <id...>', 'ids by which messages mean it: DevEUI, id of a platform, MN of HJ 212')
    .action(add);
  addDeviceLifeCommands(command);
  addDeviceImport(command);
  return command;
}

async function list(target: ApiTarget): Promise<void> {
  const answer = (await askPlatform(target, 'GET', PATH)) as {
    devices: { park: string; site: string; id?: string; device?: string; kind: string; isConnected?: boolean }[];
  };
  for (const each of answer.devices) {
    const state = each.isConnected ? 'connected' : 'away';
    process.stdout.write(
      `${`${each.park}.${each.device ?? each.id}`.padEnd(32)} ${each.site.padEnd(24)} ${each.kind.padEnd(18)} ${state}\n`,
    );
  }
}

async function add(device: string, options: NewDeviceOptions): Promise<void> {
  const { park, site, kind, model } = options;
  const mapping =
    options.mapping === undefined ? undefined : (JSON.parse(readFileSync(options.mapping, 'utf8')) as unknown);
  const answer = await askPlatform(options, 'POST', PATH, {
    park,
    site,
    device,
    ...(kind !== undefined && { kind }),
    ...(model !== undefined && { model }),
    ...(mapping !== undefined && { mapping }),
    ...(options.gateway !== undefined && { gateway: options.gateway }),
    ...(options.isGateway && { isGateway: true }),
    ...(options.topic !== undefined && { topics: options.topic }),
    ...(options.id !== undefined && { ids: options.id }),
  });
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  process.stderr.write('The password is shown this once.\n');
  process.stderr.write(
    `A first reading from any computer: ${await firstLine(answer as DeviceCredentials, device, options)}\n`,
  );
  if (options.wait) await firstReading(device, options);
}

/** The same line as on the page. */
async function firstLine(credentials: DeviceCredentials, device: string, options: NewDeviceOptions): Promise<string> {
  const { devices } = (await askPlatform(options, 'GET', `${PATH}?park=${options.park}`)) as DevicesAnswer;
  const { kinds } = (await askPlatform(options, 'GET', '/api/v1/kinds')) as KindsAnswer;
  const kind = kinds.find(({ name }) => name === devices.find((each) => each.device === device)?.kind);
  const payload = kind === undefined ? {} : examplePayload(kind as never);
  return mosquittoLine(credentials, payload, new URL(baseOf(options)).hostname);
}

const ASK_EVERY_MS = 1000;

async function firstReading(device: string, options: NewDeviceOptions): Promise<void> {
  process.stderr.write('waiting for the first reading … (Ctrl-C ends the waiting, not the device)\n');
  const path = `/api/v1/latest?park=${options.park}&device=${device}`;
  for (;;) {
    const { latest } = (await askPlatform(options, 'GET', path)) as LatestAnswer;
    const [row] = latest;
    if (row?.time != null) {
      process.stderr.write(`first reading: ${JSON.stringify(row.values)}\n`);
      return;
    }
    await wait(ASK_EVERY_MS);
  }
}
