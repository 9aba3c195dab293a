/** Lets the platform start without its store: opening is retried, and every call rejects with the reason until it succeeds. */

import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Store } from './store.ts';

export interface ReopeningOptions {
  readonly open: () => Promise<Store>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly againAfterMs?: number;
}

/** Short, because an operator waits who has restored a file or closed another program. */
const AGAIN_AFTER_MS = 10_000;

/** Resolves after the first attempt, successful or not. */
export async function openReopening({ open, log, againAfterMs = AGAIN_AFTER_MS }: ReopeningOptions): Promise<Store> {
  let store: Store | undefined;
  let problem = { code: 'STORE_UNAVAILABLE', message: 'the store is not open yet' };
  let isClosed = false;
  let trying: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function attempt(): Promise<void> {
    try {
      const opened = await open();
      if (isClosed) return await opened.close();
      store = opened;
      if (timer !== undefined) log.info({}, 'the store is open');
    } catch (error) {
      const { message } = error as Error;
      if (timer === undefined || message !== problem.message) log.warn({ code: codeOf(error) }, message);
      problem = { code: codeOf(error), message };
      timer = setTimeout(() => {
        trying = attempt();
      }, againAfterMs);
      timer.unref();
    }
  }

  function opened(): Store {
    if (store === undefined) throw new DaoyuError(problem.code, problem.message);
    return store;
  }

  await attempt();
  return {
    write: async (...args) => await opened().write(...args),
    committed: async () => await opened().committed(),
    series: async (query) => await opened().series(query),
    latest: async (filter) => await opened().latest(filter),
    async *export(query) {
      yield* opened().export(query);
    },
    holding: async (device) => await opened().holding(device),
    remove: async (device) => await opened().remove(device),
    forget: async (before) => await opened().forget(before),
    async status(of) {
      return store === undefined ? { isWritable: false, problem, readings: 0, sizeBytes: 0 } : await store.status(of);
    },
    faults: async () => (await opened().faults?.()) ?? [],
    copyTo: async (folder) => await opened().copyTo?.(folder),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await trying;
      await store?.close();
    },
  };
}
