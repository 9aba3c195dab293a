/** `daoyu alarms list|ack|shelve|test|report|what-if`: the alarms of a running platform, and what other thresholds would have raised. */

import { Command } from 'commander';
import type { Alarm } from '../alarms/alarm.ts';
import { dateTimeOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { report } from './alarm-report.ts';
import { drill } from './drill.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';
import { whatIf } from './what-if.ts';

interface ListOptions extends ApiTarget {
  readonly state?: string;
  readonly park?: string;
  readonly site?: string;
  readonly device?: string;
  readonly from?: string;
  readonly json?: boolean;
}

export function alarmsCommand(): Command {
  const command = new Command('alarms').description(
    'the alarms of a running platform: list, acknowledge, shelve, test',
  );
  withTarget(command.command('list'))
    .description('open alarms, worst first; with --from or --state past ones too, newest first')
    .option('--state <state>', 'open, acknowledged, returned, shelved or closed')
    .option('--park <id>')
    .option('--site <id>')
    .option('--device <id>')
    .option('--from <time>', 'opened at or after: RFC 3339, or relative such as -24h')
    .option('--json', 'the answer of the API')
    .action(list);
  withTarget(command.command('ack'))
    .description('acknowledge an alarm')
    .argument('<id>', 'as `list` shows it')
    .option('--note <text>', 'what was found or done')
    .option('--by <name>', 'who does it')
    .action(acknowledge);
  withTarget(command.command('shelve'))
    .description('silence an alarm for a while')
    .argument('<id>', 'as `list` shows it')
    .requiredOption('--for <duration>', 'such as 30m, 8h, 2d; 0m ends it')
    .requiredOption('--reason <text>', 'why; people read it')
    .option('--by <name>', 'who does it')
    .action(shelve);
  withTarget(command.command('test'))
    .description('run a drill through engine, plan and channels; waits for the outcome of every notice')
    .option('--severity <severity>', 'critical or warning, which waits a minute', 'critical')
    .option('--by <name>', 'who starts it')
    .action(drill);
  withTarget(command.command('report'))
    .description('the alarm load of a period, beside what ISA-18.2 calls acceptable')
    .option('--month <month>', 'calendar month in Beijing, such as 2026-11')
    .option('--from <time>', 'begin: RFC 3339, or relative', '-30d')
    .option('--to <time>', 'end', 'now')
    .option('--park <id>')
    .option('--json', 'the answer of the API')
    .action(report);
  withTarget(command.command('what-if'))
    .description(
      'alarms that a profile would have raised on the stored readings of its sites, compared with those raised',
    )
    .requiredOption('--profile <file>', 'JSON as `daoyu profiles show` prints it, with your numbers')
    .option('--from <time>', 'begin: RFC 3339, or relative such as -30d', '-30d')
    .option('--to <time>', 'end', 'now')
    .option('--site <id>', 'only this site')
    .action(whatIf);
  return command;
}

const RANK = { open: 0, returned: 1, acknowledged: 2, shelved: 3, closed: 4 } as const;

async function list({ json, state, park, site, device, from, ...target }: ListOptions): Promise<void> {
  const wanted = { state, park, site, device, from };
  const query = new URLSearchParams(
    Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const answer = (await askPlatform(target, 'GET', `/api/v1/alarms?${query}`)) as { readonly alarms: readonly Alarm[] };
  const isNow = state === undefined && from === undefined;
  const alarms = isNow ? answer.alarms.filter((alarm) => alarm.state !== 'closed').sort(worstFirst) : answer.alarms;
  if (json) {
    process.stdout.write(`${JSON.stringify(alarms, null, 2)}\n`);
    return;
  }
  if (alarms.length === 0) process.stdout.write('no alarms\n');
  for (const alarm of alarms) process.stdout.write(`${lineOf(alarm)}\n`);
}

function worstFirst(one: Alarm, other: Alarm): number {
  const critical = Number(other.severity === 'critical') - Number(one.severity === 'critical');
  return critical || RANK[one.state] - RANK[other.state] || other.openedAt - one.openedAt;
}

function lineOf({ id, severity, state, park, site, device, openedAt, text, isBlind, acknowledgedBy }: Alarm): string {
  const where = [park, site, device].filter(Boolean).join('/');
  const since = dateTimeOf(openedAt);
  const who = acknowledgedBy === undefined ? '' : ` (${acknowledgedBy})`;
  return `${id}  ${severity.padEnd(8)} ${(state + who).padEnd(12)} ${since}  ${where}  ${text.zh} ${text.en}${isBlind ? ' [blind]' : ''}`;
}

interface ActOptions extends ApiTarget {
  readonly by?: string;
}

async function acknowledge(
  id: string,
  { note, by, ...target }: ActOptions & { readonly note?: string },
): Promise<void> {
  const body = { ...(note !== undefined && { note }), ...(by !== undefined && { by }) };
  const alarm = await askPlatform(target, 'POST', `/api/v1/alarms/${encodeURIComponent(id)}/acknowledge`, body);
  process.stdout.write(`${lineOf(alarm as Alarm)}\n`);
}

interface ShelveOptions extends ActOptions {
  readonly for: string;
  readonly reason: string;
}

async function shelve(id: string, { for: duration, reason, by, ...target }: ShelveOptions): Promise<void> {
  const body = { until: Date.now() + durationOf(duration), reason, ...(by !== undefined && { by }) };
  const alarm = await askPlatform(target, 'POST', `/api/v1/alarms/${encodeURIComponent(id)}/shelve`, body);
  process.stdout.write(`${lineOf(alarm as Alarm)}\n`);
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined) throw new DaoyuError('OPTION_INVALID', `--for "${text}" must be such as 30m, 8h or 2d`);
  return Number(count) * (UNIT_MS[unit] ?? 0);
}
