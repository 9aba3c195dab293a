/** `daoyu devices list|add|set|rotate|remove`: the registry of a running platform, over its API. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addDeviceLifeCommands } from './device-life.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

const PATH = '/api/v1/devices';

interface NewDeviceOptions extends ApiTarget {
  readonly park: string;
  readonly site: string;
  readonly kind?: string;
  readonly model?: string;
  readonly mapping?: string;
}

export function devicesCommand(): Command {
  const command = new Command('devices').description('make and list devices of a running platform');
  withTarget(command.command('list'))
    .description('all devices with site, kind and whether they are connected')
    .action(list);
  withTarget(command.command('add'))
    .description('make a device; prints its password once')
    .argument('<device>', 'id: lower-case letters, digits, hyphens')
    .requiredOption('--park <id>', 'a park there is, e.g. daoyu')
    .requiredOption('--site <id>', 'made when it is new')
    .option('--kind <kind>', 'e.g. aquaculture_pond; a model gives it')
    .option('--model <model>', 'a device model of `daoyu models list`: kind, interval and mapping')
    .option('--mapping <file>', 'JSON file: how its own keys become fields')
    .action(add);
  addDeviceLifeCommands(command);
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
  });
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  process.stderr.write('The password is shown this once.\n');
}
