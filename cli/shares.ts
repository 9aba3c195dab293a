/** `daoyu shares list|add|revoke`: links to one chart for people without an account. */
import { Command } from 'commander';
import type { MadeShare, SharesAnswer } from '../api/routes/shares.ts';
import { DaoyuError } from '../base/errors.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface AddOptions extends ApiTarget {
  readonly park: string;
  readonly kind: string;
  readonly title?: string;
  readonly hours: string;
  readonly days: string;
}

const PATH = '/api/v1/shares';

export function sharesCommand(): Command {
  const command = new Command('shares').description('links to one chart, read-only, until they end or are revoked');
  withTarget(command.command('list')).description('links that are still good').action(list);
  withTarget(command.command('add').argument('<site>', 'id'))
    .description('make a link to the chart of a site; prints it once')
    .requiredOption('--park <id>', 'the park it lies in')
    .requiredOption('--kind <kind>', 'e.g. aquaculture_pond')
    .option('--title <text>', 'what stands above the chart (default: the site)')
    .option('--hours <hours>', 'how much of the past it shows, up to when somebody looks', '24')
    .option('--days <days>', 'how long the link is good, 1 to 92', '7')
    .action(add);
  withTarget(command.command('revoke').argument('<id>', 'of `shares list`'))
    .description('end a link at once')
    .action(revoke);
  return command;
}

async function list(target: ApiTarget): Promise<void> {
  const { shares } = (await askPlatform(target, 'GET', PATH)) as SharesAnswer;
  for (const { id, title, park, site, expiresAt } of shares)
    process.stdout.write(
      `${id}  ${`${park}/${site}`.padEnd(32)} until ${new Date(expiresAt).toISOString()}  ${title}\n`,
    );
}

async function add(site: string, options: AddOptions): Promise<void> {
  const { park, kind, title = site } = options;
  const [lastHours, days] = [Number(options.hours), Number(options.days)];
  if (!(lastHours >= 1)) throw new DaoyuError('OPTION_INVALID', `--hours ${options.hours} must be 1 or more`);
  const body = { park, site, kind, title, lastHours, days };
  const { id, link } = (await askPlatform(options, 'POST', PATH, body)) as MadeShare;
  process.stdout.write(`${JSON.stringify({ id, link }, null, 2)}\n`);
}

async function revoke(id: string, target: ApiTarget): Promise<void> {
  await askPlatform(target, 'DELETE', `${PATH}/${encodeURIComponent(id)}`);
  process.stderr.write(`the link ${id} is void\n`);
}
