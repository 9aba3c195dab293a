/** Removes readings older than the retention settings, once an hour. */
import type { Log } from '../base/logger.ts';
import type { Store } from '../store/store.ts';

export interface RetentionOptions {
  readonly store: Pick<Store, 'forget'>;
  /** Age at which raw readings and 1-minute rollups are removed; undefined keeps them. */
  readonly rawMs: number | undefined;
  readonly minuteMs: number | undefined;
  readonly log: Pick<Log, 'warn'>;
  readonly clock: () => number;
}

const EVERY_MS = 3_600_000;

export function startRetention({ store, rawMs, minuteMs, log, clock }: RetentionOptions): { close(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  if (rawMs === undefined && minuteMs === undefined) return { close: async () => {} };
  const round = () => {
    running = store
      .forget({
        ...(rawMs !== undefined && { raw: clock() - rawMs }),
        ...(minuteMs !== undefined && { minute: clock() - minuteMs }),
      })
      .catch((error: unknown) =>
        log.warn({ reason: (error as Error).message }, 'old readings could not be removed; tried again in an hour'),
      );
  };
  const timer = setInterval(round, EVERY_MS);
  timer.unref();
  round();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
