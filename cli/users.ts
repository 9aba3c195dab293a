/** `daoyu users list|add|invite|set|link|second-factor-off|sign-out|remove`: the people of a running platform, over its API. */
import { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import type { OneTimeLink, Person, PersonWithLink } from '../api/people-schemas.ts';
import { timestampOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { type GrantOptions, grantsOf, grantText, withGrants } from './grants.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface Options extends ApiTarget, GrantOptions {
  readonly name?: string;
  readonly email?: string;
}

const PATH = '/api/v1/users';
const USER = 'user name: a-z, 0-9, dot, hyphen, underscore';

export function usersCommand(): Command {
  const command = new Command('users').description('list, add, invite and remove the people of a running platform');
  withTarget(command.command('list')).description('all accounts').action(list);
  withGrants(command.command('add').argument('<user>', USER))
    .option('--name <name>', 'name shown to others')
    .option('--email <address>', 'with which the person signs in through the identity provider')
    .description('add an account; prints the link where the person chooses a password')
    .action(add);
  withGrants(command.command('invite'))
    .description('print a link with which somebody creates an account with these roles')
    .action(invite);
  withGrants(command.command('set').argument('<user>', USER))
    .option('--name <name>', 'name shown to others')
    .option('--email <address>', 'as for `add`; empty: none')
    .description('rename a person or change their roles, which ends their sessions')
    .action(set);
  withTarget(command.command('link').argument('<user>', USER))
    .description('print a link where the person chooses a new password')
    .action(async (user: string, target: ApiTarget) => printLink(await ask(target, 'POST', `${PATH}/${user}/link`)));
  withTarget(command.command('second-factor-off').argument('<user>', USER))
    .description('turn the second step of signing in off for a person who lost phone and recovery codes')
    .action(async (user: string, target: ApiTarget) => {
      await ask(target, 'DELETE', `${PATH}/${user}/second-factor`);
      process.stderr.write(`${user} signs in with the password alone; all sessions have ended\n`);
    });
  withTarget(command.command('sign-out').argument('<user>', USER))
    .description('end all sessions of a person')
    .action(async (user: string, target: ApiTarget) => {
      await ask(target, 'DELETE', `${PATH}/${user}/sessions`);
      process.stderr.write(`${user} is signed out everywhere\n`);
    });
  withTarget(command.command('remove').argument('<user>', USER))
    .description('remove an account; the audit trail keeps its actions')
    .action(async (user: string, target: ApiTarget) => {
      await ask(target, 'DELETE', `${PATH}/${user}`);
      process.stderr.write(`${user} is removed\n`);
    });
  return command;
}

const ask = <T>(target: ApiTarget, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) =>
  askPlatform(target, method, path, body) as Promise<T>;

async function list(target: ApiTarget): Promise<void> {
  const { people } = await ask<{ readonly people: readonly Person[] }>(target, 'GET', PATH);
  for (const { user, name, grants, hasPassword, isBound } of people)
    process.stdout.write(
      `${user.padEnd(24)} ${name}  ${grantText(grants)}${hasPassword || isBound ? '' : '  (no password yet)'}\n`,
    );
}

async function add(user: string, { name = user, role, email, ...target }: Options): Promise<void> {
  const grants = grantsOf({ ...(role && { role }) });
  printLink(await ask<PersonWithLink>(target, 'POST', PATH, { user, name, grants, ...(email && { email }) }));
}

async function invite({ role, ...target }: Options): Promise<void> {
  const grants = grantsOf({ ...(role && { role }) });
  printLink(await ask<OneTimeLink>(target, 'POST', '/api/v1/invitations', { grants }));
}

async function set(user: string, { name, role, email, ...target }: Options): Promise<void> {
  if (name === undefined && role === undefined && email === undefined)
    throw new DaoyuError('OPTION_INVALID', 'nothing to change: give --name, --email or --role');
  const change = {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(role && { grants: grantsOf({ role }) }),
  };
  const { grants } = await ask<Person>(target, 'PATCH', `${PATH}/${user}`, change);
  process.stderr.write(`${user}: ${grantText(grants)}\n`);
}

/** The link alone on stdout, for scripts; what is for people beside it. */
function printLink({ link, expiresAt }: OneTimeLink): void {
  process.stdout.write(`${link}\n`);
  const qr = process.stderr.isTTY ? `${renderUnicodeCompact(link)}\n` : '';
  process.stderr.write(`${qr}good once, until ${timestampOf(expiresAt)} Beijing time\n`);
}
