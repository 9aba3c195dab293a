/** `daoyu tokens list|add|revoke`: tokens of programs, over the API of a running platform. */
import { Command, InvalidArgumentError } from 'commander';
import type { Token } from '../api/people-schemas.ts';
import type { MadeToken } from '../api/routes/tokens.ts';
import { dayOf } from '../base/beijing-time.ts';
import { type GrantOptions, grantsOf, grantText, withGrants } from './grants.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface Options extends ApiTarget, GrantOptions {
  readonly days?: number;
}

const PATH = '/api/v1/tokens';

export function tokensCommand(): Command {
  const command = new Command('tokens').description('list, create and revoke API tokens of programs');
  withTarget(command.command('list')).description('all tokens, without their text').action(list);
  withGrants(command.command('add').argument('<name>', 'what it is for, such as grafana'))
    .option('--days <days>', 'until it ends (default: 365)', parseDays)
    .description('create a token; prints its text once')
    .action(add);
  withTarget(
    command.command('revoke').argument('<id>', 'as listed; `installation`: the one that the platform began with'),
  )
    .description('revoke a token')
    .action(async (id: string, target: ApiTarget) => {
      await askPlatform(target, 'DELETE', `${PATH}/${id}`);
      process.stderr.write(`token ${id} is revoked\n`);
    });
  return command;
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 731) return days;
  throw new InvalidArgumentError('must be 1 to 731');
}

async function list(target: ApiTarget): Promise<void> {
  const { tokens } = (await askPlatform(target, 'GET', PATH)) as { readonly tokens: readonly Token[] };
  for (const { id, name, grants, expiresAt } of tokens) {
    const end = expiresAt === undefined ? 'until revoked' : `until ${dayOf(expiresAt)}`;
    process.stdout.write(`${id.padEnd(18)} ${name}  ${grantText(grants)}  ${end}\n`);
  }
}

async function add(name: string, { role, days, ...target }: Options): Promise<void> {
  const grants = grantsOf({ ...(role && { role }) });
  const body = { name, grants, ...(days !== undefined && { days }) };
  const { token, id } = (await askPlatform(target, 'POST', PATH, body)) as MadeToken;
  process.stdout.write(`${token}\n`);
  process.stderr.write(`id ${id}; it is shown here and nowhere else\n`);
}
