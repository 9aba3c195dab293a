/** `daoyu profiles list|show|set`: reads and replaces the threshold profiles of a running platform. */
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import type { ProfileChange, Site } from '../registry/registry.ts';
import type { Profile } from '../sensors/profile.ts';
import { intervalsOf } from '../sensors/stages.ts';
import { readJson } from './json-file.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface Judged {
  readonly sites: readonly Site[];
  readonly profiles: readonly Profile[];
}

export function profilesCommand(): Command {
  const command = new Command('profiles').description('list and change the threshold profiles of a running platform');
  withTarget(command.command('list'))
    .description('all profiles with version, name and the number of sites that use them')
    .action(list);
  withTarget(command.command('show'))
    .description('one profile as JSON, to edit')
    .argument('<name>', 'such as crab_pond')
    .action(show);
  withTarget(command.command('set'))
    .description('set a profile: the next version of an existing one, or with "version": 0 a new one')
    .argument('<file>', 'JSON as `show` prints it')
    .action(set);
  return command;
}

const judgedOn = async (target: ApiTarget) => (await askPlatform(target, 'GET', '/api/v1/parks')) as Judged;

async function list(options: ApiTarget): Promise<void> {
  const { sites, profiles } = await judgedOn(options);
  for (const { name, version, label } of [...profiles].sort((one, other) => one.name.localeCompare(other.name))) {
    const count = sites.filter((site) => intervalsOf(site).some(({ profile }) => profile === name)).length;
    const used = count === 0 ? 'no site' : `${count} site${count === 1 ? '' : 's'}`;
    process.stdout.write(`${name.padEnd(24)} version ${version}  ${label.zh} ${label.en}, ${used}\n`);
  }
}

async function show(name: string, options: ApiTarget): Promise<void> {
  const { profiles } = await judgedOn(options);
  const found = profiles.find((profile) => profile.name === name);
  const names = profiles.map((profile) => profile.name).join(', ');
  if (found === undefined) throw new DaoyuError('PROFILE_UNKNOWN', `no profile ${name}; there are ${names}`);
  print(found);
}

async function set(file: string, options: ApiTarget): Promise<void> {
  const change = readJson(file) as ProfileChange | null;
  if (typeof change?.name !== 'string') {
    throw new DaoyuError(
      'OPTION_INVALID',
      `${file} must hold a profile with its name, as \`daoyu profiles show\` prints it`,
    );
  }
  const path = `/api/v1/profiles/${encodeURIComponent(change.name)}`;
  print((await askPlatform(options, 'PUT', path, change)) as Profile);
}

const print = (profile: Profile) => process.stdout.write(`${JSON.stringify(profile, null, 2)}\n`);
