/** Turns running totals of a device into intervals. Totals are kept in memory: the first one after a start gives no interval. */

/** Intervals kept for resent messages, which get the same answer again. */
const MAX_ANSWERS = 256;

interface Counter {
  time: number;
  total: number;
  readonly answers: Map<number, number>;
}

export interface Counters {
  /** Undefined if there is no earlier total, or this one is older than the last. A total below the last was reset and counts from zero. */
  interval(field: string, time: number, total: number): number | undefined;
}

export function createCounters(): Counters {
  const counters = new Map<string, Counter>();
  return {
    interval(field, time, total) {
      const counter = counters.get(field);
      if (counter === undefined) {
        counters.set(field, { time, total, answers: new Map() });
        return undefined;
      }
      const { answers } = counter;
      if (time <= counter.time) return answers.get(time);
      // Twelve digits, so that 10.6 - 10.4 is 0.2.
      const interval = total >= counter.total ? Number((total - counter.total).toPrecision(12)) : total;
      counter.time = time;
      counter.total = total;
      answers.set(time, interval);
      const [oldest] = answers.keys();
      if (answers.size > MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
      return interval;
    },
  };
}
