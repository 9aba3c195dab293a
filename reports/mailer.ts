/** Mails scheduled reports, each once: the process that does it may change at any time. */
import type { Channel, Outcome } from '../alarms/channels/channel.ts';
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { htmlOf, titleOf } from './html.ts';
import type { ReportAsked } from './make.ts';
import type { Report } from './report.ts';
import { dueBefore, type ReportSchedule, type ScheduleBook } from './schedule.ts';

export interface MailerOptions {
  readonly schedules: ScheduleBook;
  /** Undefined: there is none of this name. */
  readonly channel: (name: string) => Pick<Channel, 'sendDocument'> | undefined;
  readonly make: (asked: ReportAsked) => Promise<Report>;
  /** Absent: no PDF can be made. */
  readonly print?: (html: string) => Promise<Uint8Array>;
  /** Of the platform, for links. */
  readonly publicUrl: () => string | undefined;
  readonly clock: () => number;
  readonly log: Log;
  readonly everyMs?: number;
}

const EVERY_MS = 30_000;
/** What could not be sent for so long is of no use any more; a schedule that is made at noon does not send that of the morning before yesterday. */
const USEFUL_MS = 6 * 3_600_000;
const MOST_ATTEMPTS = 20;

export function startReportMailer(options: MailerOptions): { close(): Promise<void>; look(): Promise<void> } {
  const { schedules, clock, log, everyMs = EVERY_MS } = options;
  let looking: Promise<void> | undefined;

  function look(): Promise<void> {
    looking ??= (async () => {
      for (const schedule of await schedules.list()) await sendIfDue(schedule, options);
    })()
      .catch((error: unknown) =>
        log.warn({ code: codeOf(error) }, 'scheduled reports cannot be looked at; trying again'),
      )
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  const timer = setInterval(() => void look(), everyMs);
  return {
    look,
    async close() {
      clearInterval(timer);
      await looking;
    },
  };

  async function sendIfDue(schedule: ReportSchedule, given: MailerOptions): Promise<void> {
    const now = clock();
    const dueAt = dueBefore(schedule, now);
    const known = await schedules.outcome(schedule.name);
    const isNew = known === undefined || known.dueAt < dueAt;
    const attempts = isNew ? 0 : known.attempts;
    if (now - dueAt > USEFUL_MS) return;
    if (!isNew && (known.result === 'delivered' || attempts >= MOST_ATTEMPTS)) return;
    const outcome = await sendOne(schedule, dueAt, given).catch(
      (error: unknown): Outcome => ({ is: 'retry', afterMs: 0, code: codeOf(error) ?? 'UNKNOWN', why: String(error) }),
    );
    const isDelivered = outcome.is === 'delivered';
    await schedules.note(schedule.name, {
      ...{ dueAt, endedAt: clock(), result: isDelivered ? 'delivered' : 'failed', attempts: attempts + 1 },
      ...(outcome.code !== undefined && { code: outcome.code }),
      ...(!isDelivered && 'why' in outcome && { why: outcome.why.slice(0, 500) }),
    });
    const fields = { schedule: schedule.name, code: outcome.code };
    if (isDelivered) log.info(fields, 'a scheduled report was mailed');
    else log.warn({ ...fields, ...('why' in outcome && { why: outcome.why }) }, 'a scheduled report was not mailed');
  }
}

async function sendOne(
  { name, report, park, channel: to, language, isPdf }: ReportSchedule,
  dueAt: number,
  { channel, make, print, publicUrl }: MailerOptions,
): Promise<Outcome> {
  const opened = channel(to);
  if (opened?.sendDocument === undefined)
    return { is: 'broken', code: 'CHANNEL_UNKNOWN', why: `${to} is no e-mail channel any more` };
  const made = await make({ report, park, at: dueAt - (report === 'daily' ? DAY_MS : 7 * DAY_MS) });
  const html = htmlOf(made, { language, base: publicUrl()?.replace(/\/$/, '') ?? '' });
  const subject = titleOf(made, language);
  const pdf = isPdf && print !== undefined ? await print(html) : undefined;
  return await opened.sendDocument({
    ...{ key: `report-${name}-${dueAt}`, subject, html },
    ...(pdf && { file: { name: `${report}-${park}.pdf`, type: 'application/pdf', content: pdf } }),
  });
}

const DAY_MS = 86_400_000;
