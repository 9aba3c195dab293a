/** `daoyu derived [series]`: derived series as CSV on the standard output; without a name, what there is. */
import { Command } from 'commander';
import type { DerivedListAnswer } from '../api/analysis-schemas.ts';
import { type ApiTarget, askPlatform, openAnswer, withTarget } from './platform-api.ts';

const PASSED = ['park', 'site', 'device', 'field', 'parameters', 'from', 'to', 'window', 'values'] as const;

type Options = ApiTarget & Readonly<Partial<Record<(typeof PASSED)[number], string>>> & { readonly asOf?: string };

export function derivedCommand(): Command {
  return withTarget(
    new Command('derived')
      .description('derived series as CSV: degree days, oxygen debt, dry-downs, mean kinetic temperature')
      .argument('[series]', 'such as growing_degree_days; absent: lists what there is'),
  )
    .option('--park <id>')
    .option('--site <id>')
    .option('--device <id>')
    .option('--field <name>', 'what it is worked out from, where there is a choice')
    .option('--parameters <list>', 'such as base=12,upper=35')
    .option('--window <name>', 'day, night, noon, sun_night, week, month, whole, season, mission')
    .option('--from <time>', 'RFC 3339 with offset, or relative (default: -30d)')
    .option('--to <time>', 'exclusive (default: now)')
    .option('--values <values>', 'corrected or raw')
    .option('--as-of <time>', 'corrections recorded by then')
    .action((series: string | undefined, options: Options) =>
      series === undefined ? list(options) : print(series, options),
    );
}

async function list(options: Options): Promise<void> {
  const { series } = (await askPlatform(options, 'GET', '/api/v1/derived-series')) as DerivedListAnswer;
  for (const { name, symbol, version, label, windows, formula, parameters } of series) {
    const given = Object.entries(parameters).map(([key, { default: usual, unit }]) =>
      `${key}=${usual ?? 'by profile'} ${unit}`.trimEnd(),
    );
    process.stdout.write(`${name} v${version}${symbol === '' ? '' : ` [${symbol}]`}  ${label.en} ${label.zh}\n`);
    process.stdout.write(
      `  ${formula}\n  by ${windows.join(', ')}${given.length > 0 ? `; ${given.join(', ')}` : ''}\n`,
    );
  }
}

async function print(series: string, options: Options): Promise<void> {
  const query = new URLSearchParams({ series, format: 'csv' });
  for (const name of PASSED) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  if (options.asOf !== undefined) query.set('as_of', options.asOf);
  process.stdout.write(await (await openAnswer(options, `/api/v1/derived?${query}`)).text());
}
