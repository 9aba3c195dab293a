/** Counts refusals and logs them at a bounded rate: the first of each reason at once, then a total per minute. */
import type { Log } from '../base/logger.ts';

export interface Refusals {
  note(reason: string, fields: object): void;
  counts(): Readonly<Record<string, number>>;
  close(): void;
}

const QUIET_MS = 60_000;

export function createRefusals(log: Log, monotonic: () => number): Refusals {
  const counts = new Map<string, number>();
  const quiet = new Map<string, { until: number; suppressed: number }>();
  return {
    note(reason, fields) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      const now = monotonic();
      const state = quiet.get(reason);
      if (state !== undefined && now < state.until) {
        state.suppressed += 1;
        return;
      }
      log.warn({ reason, ...fields, ...(state?.suppressed && { alsoSince: state.suppressed }) }, 'mqtt refused');
      quiet.set(reason, { until: now + QUIET_MS, suppressed: 0 });
    },
    counts: () => Object.fromEntries(counts),
    close() {
      counts.clear();
    },
  };
}
