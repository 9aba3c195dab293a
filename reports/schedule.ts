/** When which report is mailed: kept in the shared state, by name. */
import { midnightBefore } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import type { Language } from '../sensors/format.ts';

export interface ReportSchedule {
  readonly name: string;
  /** Of the day, or on Mondays of the week, before. */
  readonly report: 'daily' | 'weekly';
  readonly park: string;
  /** `05:30`, Beijing time. */
  readonly at: string;
  /** An e-mail channel. */
  readonly channel: string;
  readonly language: Language;
  /** With a PDF beside the HTML, where a browser is there to print it. */
  readonly isPdf?: boolean;
}

/** What became of the last one that was due. */
export interface ScheduledOutcome {
  /** When it was due, epoch ms. */
  readonly dueAt: number;
  readonly endedAt: number;
  readonly result: 'delivered' | 'failed';
  readonly attempts: number;
  readonly code?: string;
  readonly why?: string;
}

const SCHEDULE_PREFIX = 'reports/schedule/';
const OUTCOME_PREFIX = 'reports/outcome/';
const NAME = /^[a-z0-9-]{1,32}$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
export const MOST_SCHEDULES = 50;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01 was a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

export interface ScheduleBook {
  list(): Promise<readonly ReportSchedule[]>;
  /** Rejects with `SCHEDULE_INVALID`. */
  put(schedule: ReportSchedule): Promise<ReportSchedule>;
  /** Rejects with `SCHEDULE_UNKNOWN`. */
  remove(name: string): Promise<void>;
  outcome(name: string): Promise<ScheduledOutcome | undefined>;
  note(name: string, outcome: ScheduledOutcome): Promise<void>;
}

/** `isMail`: whether a channel can take a document. */
export function createScheduleBook(kv: Kv, isMail: (channel: string) => boolean): ScheduleBook {
  async function list(): Promise<readonly ReportSchedule[]> {
    const found: ReportSchedule[] = [];
    for await (const { value } of kv.list<ReportSchedule>(SCHEDULE_PREFIX)) found.push(value);
    return found;
  }

  return {
    list,
    async put(schedule) {
      const { name, at, channel } = schedule;
      const known = await list();
      const problems = [
        ...(NAME.test(name) ? [] : ['name must be 1 to 32 of a-z, 0-9 and -']),
        ...(CLOCK.test(at) ? [] : [`at must be a time of day such as 05:30, not "${at}"`]),
        ...(isMail(channel) ? [] : [`channel "${channel}" must be an e-mail channel: PUT /api/v1/channels makes one`]),
        ...(known.length < MOST_SCHEDULES || known.some((each) => each.name === name)
          ? []
          : [`there are ${MOST_SCHEDULES} schedules: remove one first`]),
      ];
      if (problems.length > 0) throw new DaoyuError('SCHEDULE_INVALID', problems.join('; '));
      await kv.put(SCHEDULE_PREFIX + name, schedule);
      return schedule;
    },
    async remove(name) {
      if ((await kv.get(SCHEDULE_PREFIX + name)) === undefined)
        throw new DaoyuError(
          'SCHEDULE_UNKNOWN',
          `there is no schedule ${name}; GET /api/v1/report-schedules lists them`,
        );
      await kv.delete(SCHEDULE_PREFIX + name);
      await kv.delete(OUTCOME_PREFIX + name);
    },
    outcome: async (name) => (await kv.get<ScheduledOutcome>(OUTCOME_PREFIX + name))?.value,
    async note(name, outcome) {
      await kv.put(OUTCOME_PREFIX + name, outcome);
    },
  };
}

/** The newest moment, now at the latest, at which it was due; epoch ms. */
export function dueBefore({ report, at }: Pick<ReportSchedule, 'report' | 'at'>, now: number): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  const ofDay = (hours * 60 + minutes) * MINUTE_MS;
  let midnight = midnightBefore(now);
  if (midnight + ofDay > now) midnight -= DAY_MS;
  if (report === 'weekly') {
    const sinceMonday = Math.floor((midnight - midnightBefore(MONDAY_MS)) / DAY_MS) % 7;
    midnight -= sinceMonday * DAY_MS;
  }
  return midnight + ofDay;
}
