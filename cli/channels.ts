/** `daoyu channels list|set|remove|test|plan`: channels and plan for notifying people of alarms. */
import { Command } from 'commander';
import type { Outcome } from '../alarms/channels/channel.ts';
import type { ChannelHealth } from '../alarms/notify/channel-health.ts';
import { dateTimeOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { readJson } from './json-file.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface Channel {
  readonly name: string;
  readonly kind: string;
  readonly language: string;
  readonly health?: ChannelHealth;
}

export function channelsCommand(): Command {
  const command = new Command('channels').description(
    'over which channels people are told of alarms, and by which plan',
  );
  withTarget(command.command('list')).description('all channels, and whether their last messages arrived').action(list);
  withTarget(command.command('set'))
    .description("add or change a channel; `-` reads standard input, which keeps secrets out of the shell's history")
    .argument('<name>', 'such as night-group')
    .argument('<file>', 'JSON: {"kind": "dingtalk", "language": "zh", "settings": {…}}')
    .action(set);
  withTarget(command.command('remove'))
    .description('remove a channel that the plan does not name')
    .argument('<name>')
    .action(remove);
  withTarget(command.command('test'))
    .description('send a drill over one channel and print what its service answered')
    .argument('<name>')
    .action(test);
  withTarget(command.command('plan'))
    .description('print the notification plan as JSON; with a file, replace it')
    .argument('[file]', 'JSON as this command prints it')
    .action(plan);
  return command;
}

const pathOf = (name: string) => `/api/v1/channels/${encodeURIComponent(name)}`;
const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

async function list(target: ApiTarget): Promise<void> {
  const { channels } = (await askPlatform(target, 'GET', '/api/v1/channels')) as {
    readonly channels: readonly Channel[];
  };
  if (channels.length === 0) process.stdout.write('no channels: nobody is notified of alarms\n');
  for (const { name, kind, language, health } of channels)
    process.stdout.write(`${name.padEnd(20)} ${kind.padEnd(9)} ${language}  ${standOf(health)}\n`);
}

function standOf(health: ChannelHealth | undefined): string {
  if (health === undefined) return 'never used';
  const reason = [health.code, health.why].filter(Boolean).join(' ');
  return `${health.is} since ${dateTimeOf(health.since)} Beijing time  ${reason}`.trimEnd();
}

async function set(name: string, file: string, target: ApiTarget): Promise<void> {
  print(await askPlatform(target, 'PUT', pathOf(name), readJson(file)));
}

async function remove(name: string, target: ApiTarget): Promise<void> {
  await askPlatform(target, 'DELETE', pathOf(name));
  process.stdout.write(`${name} is removed\n`);
}

async function test(name: string, target: ApiTarget): Promise<void> {
  const outcome = (await askPlatform(target, 'POST', `${pathOf(name)}/test`, {})) as Outcome;
  if (outcome.is !== 'delivered') throw new DaoyuError('DRILL_FAILED', `${name}: ${outcome.code} ${outcome.why}`);
  process.stdout.write(`${name} delivered it  ${outcome.code ?? ''}\n`);
}

async function plan(file: string | undefined, target: ApiTarget): Promise<void> {
  print(await askPlatform(target, file === undefined ? 'GET' : 'PUT', '/api/v1/alarm-plan', file && readJson(file)));
}
