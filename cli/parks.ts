/** `daoyu parks list|add|set|remove`: the parks of a running platform, over its API. */
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import type { Park } from '../registry/registry.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface Names extends ApiTarget {
  readonly zh?: string;
  readonly en?: string;
}

const PATH = '/api/v1/parks';

export function parksCommand(): Command {
  const command = new Command('parks').description('list, add, rename and remove the parks of a running platform');
  withTarget(command.command('list')).description('all parks').action(list);
  withNames(command.command('add').argument('<park>', 'id: lower-case letters, digits, hyphens'))
    .description('add a park')
    .action(add);
  withNames(command.command('set').argument('<park>', 'id')).description('rename a park').action(set);
  withTarget(command.command('remove').argument('<park>', 'id'))
    .description('remove a park that has no sites and no devices')
    .action(remove);
  return command;
}

const withNames = (command: Command) =>
  withTarget(command).option('--zh <name>', 'Chinese name').option('--en <name>', 'English name');

async function parksOf(target: ApiTarget): Promise<readonly Park[]> {
  const { parks } = (await askPlatform(target, 'GET', PATH)) as { readonly parks: readonly Park[] };
  return parks;
}

async function list(target: ApiTarget): Promise<void> {
  for (const { id, label, isDemo } of await parksOf(target)) {
    process.stdout.write(`${id.padEnd(24)} ${label.zh}  ${label.en}${isDemo ? '  (demo)' : ''}\n`);
  }
}

async function add(park: string, { zh, en, ...target }: Names): Promise<void> {
  const label = zh === undefined && en === undefined ? undefined : { zh: zh ?? park, en: en ?? park };
  print(await askPlatform(target, 'POST', PATH, { park, ...(label && { label }) }));
}

async function set(park: string, { zh, en, ...target }: Names): Promise<void> {
  if (zh === undefined && en === undefined)
    throw new DaoyuError('OPTION_INVALID', 'nothing to change: give --zh or --en');
  const known = (await parksOf(target)).find(({ id }) => id === park);
  const label = { zh: zh ?? known?.label.zh ?? park, en: en ?? known?.label.en ?? park };
  print(await askPlatform(target, 'PATCH', `${PATH}/${park}`, { label }));
}

async function remove(park: string, target: ApiTarget): Promise<void> {
  await askPlatform(target, 'DELETE', `${PATH}/${park}`);
  process.stderr.write(`park ${park} is removed\n`);
}

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
