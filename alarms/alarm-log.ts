/** The stored alarms of a period, with all their transitions and notices, for reports and exports. */
import { DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import type { Alarm, Transition } from './alarm.ts';
import { DRILL } from './drill.ts';
import { ALARM_PREFIX, TRANSITION_PREFIX } from './keeper.ts';
import { type NoticeOutcome, OUTCOME_PREFIX } from './notify/notice-outcome.ts';
import type { ReportInput } from './report.ts';

/** A month with more is beyond what a report can help with. */
const MAX_TRANSITIONS = 50_000;

export interface AlarmLogQuery {
  /** Epoch ms; opened since `from` and before `to`. */
  readonly from: number;
  readonly to: number;
  readonly park?: string;
  /** Parks that the caller may see; absent: all. */
  readonly sees?: (park: string) => boolean;
}

export interface AlarmLog {
  /** In the order in which they opened, drills included. */
  alarms(query: AlarmLogQuery): AsyncIterable<Alarm>;
  /** Rejects with `QUERY_TOO_LARGE` when the period holds more than a report can count. */
  input(query: AlarmLogQuery): Promise<ReportInput>;
}

export function openAlarmLog(kv: Pick<Kv, 'list'>): AlarmLog {
  /** Keys of alarms, transitions and notices begin with the time at which their alarm opened. */
  async function* within<T>(prefix: string, { from, to }: AlarmLogQuery): AsyncGenerator<T> {
    const end = prefix + keyTime(to);
    for await (const { key, value } of kv.list<T>(prefix, { after: prefix + keyTime(from) })) {
      if (key >= end) return;
      yield value;
    }
  }

  async function* alarms(query: AlarmLogQuery): AsyncGenerator<Alarm> {
    for await (const alarm of within<Alarm>(ALARM_PREFIX, query)) if (isWanted(alarm, query)) yield alarm;
  }

  return {
    alarms,
    async input(query) {
      const found: Alarm[] = [];
      for await (const alarm of alarms(query)) if (alarm.rule !== DRILL) found.push(alarm);
      const ids = new Set(found.map(({ id }) => id));
      const transitions: Transition[] = [];
      for await (const transition of within<Transition>(TRANSITION_PREFIX, query)) {
        if (!ids.has(transition.alarm.id)) continue;
        transitions.push(transition);
        if (transitions.length > MAX_TRANSITIONS)
          throw new DaoyuError('QUERY_TOO_LARGE', `more than ${MAX_TRANSITIONS} transitions: ask for a shorter period`);
      }
      const notices = new Map<string, NoticeOutcome>();
      for await (const notice of within<NoticeOutcome>(OUTCOME_PREFIX, query))
        if (notice.alarms.some((id) => ids.has(id))) notices.set(notice.id, notice);
      return { from: query.from, to: query.to, alarms: found, transitions, notices: [...notices.values()] };
    },
  };
}

const isWanted = (alarm: Alarm, { park, sees }: AlarmLogQuery) =>
  (park === undefined || alarm.park === park) && (sees === undefined || sees(alarm.park));

const keyTime = (time: number) => String(Math.max(0, Math.round(time))).padStart(13, '0');
