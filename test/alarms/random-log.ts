/** Random nights of one pond: values around the limits, gaps, doubts, readings that come late; with the clock ticking through. */
import fc from 'fast-check';
import type { Reading } from '../../sensors/reading.ts';
import { MINUTE, newLog, START } from './log.ts';

export interface Step {
  /** In intervals of five minutes since the reading before. */
  readonly wait: number;
  readonly value: number;
  readonly isDoubtful: boolean;
  /** Comes so many steps later. */
  readonly delay: number;
}

export const steps = fc.array(
  fc.record({
    wait: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 5),
    value: fc.constantFrom(1.5, 2, 2.9, 3.02, 3.5, 4.1, 6, 6, 7, 7, 7, 7),
    isDoubtful: fc.nat(4).map((dice) => dice === 0),
    delay: fc.nat(14).map((dice) => Math.max(0, dice - 10)),
  }),
  { minLength: 10, maxLength: 26, size: 'max' },
);

export interface Measured {
  readonly time: number;
  readonly value: number;
  readonly isDoubtful: boolean;
  readonly receivedAt: number;
}

export function measurementsOf(given: readonly Step[]): readonly Measured[] {
  let at = START;
  const times = given.map(({ wait }) => {
    at += wait * 5 * MINUTE;
    return at;
  });
  return given.map(({ value, isDoubtful, delay }, index) => ({
    time: times[index] ?? 0,
    value,
    isDoubtful,
    receivedAt: (times[index + delay] ?? at + delay * 5 * MINUTE) + delay,
  }));
}

export type Act = readonly [at: number, action: object];

/** In the order of receipt, with a tick every five seconds until everything has settled. */
export function logOf(measured: readonly Measured[], acts: readonly Act[] = []) {
  const log = newLog();
  const events = [
    ...measured.map((each) => [each.receivedAt, () => log.readings([readingOf(each)], each.receivedAt)] as const),
    ...acts.map(([at, action]) => [at, () => log.add('daoyu.actions.park', action, at)] as const),
  ].sort(([one], [other]) => one - other);
  const end = Math.max(START, ...events.map(([at]) => at)) + 3 * MINUTE;
  let next = 0;
  for (let at = START; at < end; at += 5000) {
    log.tick(at);
    for (; next < events.length && (events[next]?.[0] ?? 0) < at + 5000; next++) events[next]?.[1]();
  }
  return log.entries;
}

function readingOf({ time, value, isDoubtful, receivedAt }: Measured): Partial<Reading> {
  return {
    time,
    receivedAt,
    values: { dissolved_oxygen: value },
    ...(isDoubtful && { flags: { dissolved_oxygen: ['stuck'] } }),
  };
}
