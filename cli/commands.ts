/** `daoyu commands send|show|list`: commands to devices, and their outcome. */
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import { type Command as Asked, isFinal } from '../commands/command.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface InPark extends ApiTarget {
  readonly park: string;
}

interface SendOptions extends InPark {
  readonly expires: string;
  readonly by?: string;
  readonly raw?: boolean;
  readonly wait?: boolean;
}

const ASK_AGAIN_MS = 500;

export function commandsCommand(): Command {
  const command = new Command('commands').description('send commands to the devices of a running platform');
  one(command.command('send'))
    .description('send a command to a device; without --wait prints its id and exits')
    .argument('<name>', 'e.g. aerator')
    .argument('<value>', 'JSON, e.g. \'{"on":true}\'')
    .option('--expires <seconds>', 'time until the command expires', '60')
    .option('--by <name>', 'who asks')
    .option('--wait', 'wait for the end; exit code 0 only for done')
    .option('--raw', 'publish only the value, for firmware without command ids; it is not followed')
    .action(send);
  one(command.command('show'))
    .description('a command and its state')
    .argument('<id>', 'as it was printed')
    .action(show);
  one(command.command('list')).description('the newest commands to a device').action(list);
  return command;
}

const one = (command: Command) =>
  withTarget(command.argument('<device>', 'id')).requiredOption('--park <id>', 'the park it belongs to');

const pathOf = (park: string, device: string) => `/api/v1/devices/${park}/${device}/commands`;
const find = (options: InPark, device: string, id: string) =>
  askPlatform(options, 'GET', `${pathOf(options.park, device)}/${id}`) as Promise<Asked>;

async function send(device: string, name: string, text: string, options: SendOptions): Promise<void> {
  const { park, expires, by, raw, wait } = options;
  const query = new URLSearchParams({
    expiresInSeconds: expires,
    ...(by !== undefined && { by }),
    ...(raw && { raw: 'true' }),
  });
  const path = `${pathOf(park, device)}/${name}?${query}`;
  const answer = (await askPlatform(options, 'POST', path, parse(text))) as { readonly id?: string };
  if (!wait || answer.id === undefined) return print(answer);
  let asked = await find(options, device, answer.id);
  while (!isFinal(asked)) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    asked = await find(options, device, answer.id);
  }
  print(asked);
  if (asked.state !== 'done') process.exitCode = 1;
}

async function show(device: string, id: string, options: InPark): Promise<void> {
  print(await find(options, device, id));
}

async function list(device: string, options: InPark): Promise<void> {
  const { commands } = (await askPlatform(options, 'GET', pathOf(options.park, device))) as {
    readonly commands: readonly Asked[];
  };
  for (const { id, name, value, state, by, message } of commands) {
    const said = message === undefined ? '' : `  ${message}`;
    process.stdout.write(`${id}  ${state.padEnd(8)}  ${name} ${JSON.stringify(value)}  ${by}${said}\n`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DaoyuError('OPTION_INVALID', `the value ${text} must be JSON, e.g. '{"on":true}'`, { cause: error });
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
