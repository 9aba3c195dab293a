/** Twelve-hour shifts that change at 08:00 and 20:00 Beijing time, and the contents of their hand-over sheet. */
import { type Alarm, isQuiet, isUnacknowledged, ranked } from './alarm-list.ts';

export interface Shift {
  readonly kind: 'day' | 'night';
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

const HOUR = 3_600_000;
export const SHIFT_MS = 12 * HOUR;
/** 08:00 in Beijing is midnight UTC. */
const BEGINS_MS = 0;

export function shiftAt(time: number): Shift {
  const from = Math.floor((time - BEGINS_MS) / SHIFT_MS) * SHIFT_MS + BEGINS_MS;
  return { kind: (from - BEGINS_MS) % (2 * SHIFT_MS) === 0 ? 'day' : 'night', from, to: from + SHIFT_MS };
}

export const shiftBefore = ({ from }: Shift): Shift => shiftAt(from - 1);

export interface ShiftReport {
  /** Open now, worst first. */
  readonly open: readonly Alarm[];
  /** Opened within the shift, in order. */
  readonly happened: readonly Alarm[];
  /** Acknowledged or shelved by somebody within the shift, in order. */
  readonly done: readonly Alarm[];
  readonly criticalCount: number;
  /** From raised to acknowledged; absent if none was acknowledged. */
  readonly medianAcknowledgeMs?: number;
  /** Most announcements within ten minutes. ISA-18.2 considers two per person the limit. */
  readonly busiest: number;
}

const TEN_MINUTES = 10 * 60_000;

export function reportOf(alarms: readonly Alarm[], from: number, to: number): ShiftReport {
  const isWithin = (time: number | undefined) => time !== undefined && time >= from && time < to;
  const happened = alarms
    .filter(({ openedAt, raisedAt }) => isWithin(openedAt) || isWithin(raisedAt))
    .sort((one, other) => one.openedAt - other.openedAt);
  const done = alarms
    .filter(({ acknowledgedAt }) => isWithin(acknowledgedAt))
    .sort((one, other) => (one.acknowledgedAt ?? 0) - (other.acknowledgedAt ?? 0));
  const waits = done
    .flatMap(({ acknowledgedAt, raisedAt }) => (acknowledgedAt === undefined ? [] : [acknowledgedAt - raisedAt]))
    .sort((one, other) => one - other);
  const middle = waits[Math.floor((waits.length - 1) / 2)];
  return {
    open: ranked(
      alarms.filter(
        (alarm) =>
          alarm.state !== 'closed' && (isUnacknowledged(alarm) || !isQuiet(alarm) || alarm.shelved !== undefined),
      ),
    ),
    happened,
    done,
    criticalCount: happened.filter(({ severity }) => severity === 'critical').length,
    ...(middle !== undefined && { medianAcknowledgeMs: Math.max(0, middle) }),
    busiest: busiestOf(happened.filter((alarm) => !isQuiet(alarm)).map(({ raisedAt }) => raisedAt)),
  };
}

function busiestOf(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  let begin = 0;
  let most = 0;
  for (const [index, time] of sorted.entries()) {
    while (time - (sorted[begin] ?? time) >= TEN_MINUTES) begin++;
    most = Math.max(most, index - begin + 1);
  }
  return most;
}
