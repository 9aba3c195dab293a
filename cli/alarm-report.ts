/** `daoyu alarms report`: the alarm load of a month on the people on duty, beside what ISA-18.2 calls acceptable. */
import type { AlarmReportAnswer } from '../api/routes/alarm-log.ts';
import { dateTimeOf, startOfDay } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { type ApiTarget, askPlatform } from './platform-api.ts';

interface ReportOptions extends ApiTarget {
  readonly month?: string;
  readonly from: string;
  readonly to: string;
  readonly park?: string;
  readonly json?: boolean;
}

export async function report({ month, park, json, from, to, ...target }: ReportOptions): Promise<void> {
  const query = new URLSearchParams(month === undefined ? { from, to } : periodOf(month));
  if (park !== undefined) query.set('park', park);
  const answer = (await askPlatform(target, 'GET', `/api/v1/alarms/report?${query}`)) as AlarmReportAnswer;
  const lines = json ? [JSON.stringify(answer, null, 2)] : linesOf(answer);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A calendar month in Beijing, as epoch ms. */
function periodOf(month: string): Record<string, string> {
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
  if (year === undefined || number === undefined)
    throw new DaoyuError('OPTION_INVALID', `--month ${month} must be a month such as 2026-11`);
  const next =
    Number(number) === 12 ? `${Number(year) + 1}-01` : `${year}-${String(Number(number) + 1).padStart(2, '0')}`;
  return { from: String(startOfDay(`${month}-01`)), to: String(startOfDay(`${next}-01`)) };
}

function linesOf(report: AlarmReportAnswer): readonly string[] {
  const { from, to, load, acknowledged, top, channels, people } = report;
  const wait = (ms: number | undefined) => (ms === undefined ? '–' : `${(ms / 60_000).toFixed(1)} min`);
  const rows: readonly (readonly [string, string | number, string?])[] = [
    ['opened', `${report.opened} (${report.critical} critical, ${report.atNight} at night)`],
    ['announcements in 10 minutes', load.perTenMinutes.toFixed(3), 'at most 1, manageable to 2'],
    ['most in 10 minutes', `${load.most}${load.at === undefined ? '' : ` at ${dateTimeOf(load.at)}`}`, 'at most 10'],
    ['time in floods', `${load.floodMinutes} min, ${percent(load.floodShare)}`, 'below 1 %'],
    ['chattering', report.chattering, '0'],
    ['over within 5 minutes', report.fleeting, '0'],
    ['longer than a day', report.stale, 'below 5 on any day'],
    [
      'acknowledged',
      `${acknowledged.count}; half within ${wait(acknowledged.medianMs)}, 95 % within ${wait(acknowledged.p95Ms)}`,
    ],
    ['critical, never acknowledged', report.unacknowledged, '0'],
    ['shelved', report.shelved],
  ];
  const most = top.map(
    ({ what, count, share }) => `  ${String(count).padStart(5)}  ${percent(share).padStart(6)}  ${what}`,
  );
  const told = channels.map(
    ({ name, delivered, failed, expired, p95Ms }) =>
      `  ${name.padEnd(20)} ${delivered} delivered (95 % within ${wait(p95Ms)}), ${failed} failed, ${expired} expired`,
  );
  const persons = people.map(
    ({ name, messages, perTenMinutes, most: worst, acknowledged: taken, medianMs }) =>
      `  ${name.padEnd(20)} ${messages} messages (${perTenMinutes.toFixed(3)} in 10 minutes, at most ${worst}), ${taken} acknowledged (half within ${wait(medianMs)})`,
  );
  return [
    `${dateTimeOf(from)} to ${dateTimeOf(to)} Beijing time`,
    ...rows.map(([name, value, aim]) => `  ${name.padEnd(30)} ${value}${aim === undefined ? '' : `  (aim: ${aim})`}`),
    ...(most.length > 0 ? ['most often:', ...most] : []),
    ...(told.length > 0 ? ['notices:', ...told] : []),
    ...(persons.length > 0 ? ['people:', ...persons] : []),
  ];
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
