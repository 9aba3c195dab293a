/** `daoyu devices set|rotate|observer|remove`: changes a registered device. */
import type { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface InPark extends ApiTarget {
  readonly park: string;
}

interface SetOptions extends InPark {
  readonly site?: string;
  readonly zh?: string;
  readonly en?: string;
  readonly interval?: string;
  readonly disable?: boolean;
  readonly enable?: boolean;
  readonly retire?: boolean;
  readonly gateway?: string;
  readonly isGateway?: boolean;
  readonly topic?: readonly string[];
  readonly id?: readonly string[];
  readonly framePassword?: string;
}

export function addDeviceLifeCommands(command: Command): void {
  one(command.command('set'))
    .description('move, rename, disable or retire a device; what no option names stays as it is')
    .option('--site <id>', 'move it there; its readings stay where they were measured')
    .option('--zh <name>', 'Chinese name')
    .option('--en <name>', 'English name')
    .option('--interval <seconds>', "seconds between readings; 0 returns to the kind's")
    .option('--gateway <device>', 'the device whose credential speaks for it; none: it speaks for itself')
    .option('--is-gateway', 'it speaks for others')
    .option('--topic <filter...>', 'topics of stock firmware that are its telemetry, all of them; none: it has none')
    .option('--id <id...>', 'ids by which messages mean it, all of them; none: it has none')
    .option('--frame-password <text>', 'PW of its HJ 212 frames; none: it has none')
    .option('--disable', 'disconnect it and refuse new connections')
    .option('--enable', 'allow it to connect again, also after --retire')
    .option('--retire', 'refuse its connections and keep its readings; it is no longer expected to report')
    .action(set);
  one(command.command('rotate'))
    .description('set a new password and print it once; the old one stays valid for the overlap')
    .option('--overlap <hours>', 'hours for which both passwords are valid; 0 ends the old one at once', '24')
    .action(rotate);
  one(command.command('observer'))
    .description(
      'a second login for a laptop: hears errors and commands of the device, publishes nothing, kicks nobody off',
    )
    .option('--end', 'end it')
    .action(observer);
  one(command.command('remove'))
    .description('remove a device and its credential; its readings stay in the store unless told')
    .option('--plan', 'only say what there is to lose')
    .option('--readings <keep|remove>', 'remove: its readings go too, for good', 'keep')
    .action(remove);
}

const one = (command: Command) =>
  withTarget(command.argument('<device>', 'id')).requiredOption('--park <id>', 'the park it belongs to');

const pathOf = (park: string, device: string) => `/api/v1/devices/${park}/${device}`;

const orNull = (given: string | readonly string[]) => (String(given) === 'none' ? null : given);

async function set(device: string, options: SetOptions): Promise<void> {
  const { park, site, zh, en, interval, disable, enable, retire } = options;
  const change = {
    ...(site !== undefined && { site }),
    ...((zh ?? en) !== undefined && { label: { zh: zh ?? en, en: en ?? zh } }),
    ...(interval !== undefined && { intervalMs: interval === '0' ? null : Math.round(Number(interval) * 1000) }),
    ...(options.gateway !== undefined && { gateway: orNull(options.gateway) }),
    ...(options.isGateway && { isGateway: true }),
    ...(options.topic !== undefined && { topics: orNull(options.topic) }),
    ...(options.id !== undefined && { ids: orNull(options.id) }),
    ...(options.framePassword !== undefined && { framePassword: orNull(options.framePassword) }),
    ...(disable && { isDisabled: true }),
    ...(enable && { isDisabled: false, isRetired: false }),
    ...(retire && { isRetired: true }),
  };
  if (Object.keys(change).length === 0) throw new DaoyuError('OPTION_INVALID', 'nothing to change: see --help');
  print(await askPlatform(options, 'PATCH', pathOf(park, device), change));
}

async function rotate(device: string, options: InPark & { readonly overlap: string }): Promise<void> {
  const hours = Number(options.overlap);
  if (!(hours >= 0)) throw new DaoyuError('OPTION_INVALID', `--overlap ${options.overlap} must be hours, e.g. 24`);
  const overlapMinutes = Math.round(hours * 60);
  print(await askPlatform(options, 'POST', `${pathOf(options.park, device)}/credentials`, { overlapMinutes }));
  process.stderr.write('The password is shown this once.\n');
}

async function observer(device: string, { end, ...options }: InPark & { readonly end?: boolean }): Promise<void> {
  const path = `${pathOf(options.park, device)}/observer`;
  if (end) {
    await askPlatform(options, 'DELETE', path);
    process.stderr.write(`nobody listens to ${options.park}.${device} any more\n`);
    return;
  }
  print(await askPlatform(options, 'POST', path, {}));
  process.stderr.write('The password is shown this once; one observer listens at a time.\n');
}

interface RemoveOptions extends InPark {
  readonly plan?: boolean;
  readonly readings: string;
}

async function remove(device: string, options: RemoveOptions): Promise<void> {
  const { park, plan, readings } = options;
  if (readings !== 'keep' && readings !== 'remove')
    throw new DaoyuError('OPTION_INVALID', `--readings ${readings} must be keep or remove`);
  if (plan) {
    print(await askPlatform(options, 'GET', `${pathOf(park, device)}/removal`));
    return;
  }
  await askPlatform(options, 'DELETE', `${pathOf(park, device)}?readings=${readings}`);
  process.stderr.write(
    `device ${park}.${device} is removed; its readings ${readings === 'keep' ? 'stay' : 'are removed'}\n`,
  );
}

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
