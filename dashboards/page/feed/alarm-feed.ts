/** Open alarms, kept current: the stream first, then the lists; while the stream is broken the lists are polled. */

import { type Alarm, type Alarms, withAlarm } from './alarm-list.ts';
import { loadAlarms } from './api.ts';
import { followEvents } from './follow-events.ts';

export interface AlarmFeedState {
  readonly alarms: Alarms;
  /** False until the first list has arrived: an empty page must not say that all is well. */
  readonly isKnown: boolean;
  /** Whether the alarms are current; false: neither stream nor list is reachable. */
  readonly isCurrent: boolean;
}

export interface AlarmFeed {
  state(): AlarmFeedState;
  subscribe(listener: () => void): () => void;
  /** Applies the answer to an action at once, without waiting for the stream. */
  take(alarm: Alarm): void;
  close(): void;
}

const NOT_CLOSED = ['open', 'returned', 'acknowledged', 'shelved'] as const;
/** Polling interval without a stream. */
const ASK_AGAIN_MS = 10_000;
/** Polling interval with a stream, to find lost events. */
const CHECK_MS = 5 * 60_000;

export function openAlarmFeed(clock: () => number): AlarmFeed {
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  let state: AlarmFeedState = { alarms: new Map(), isKnown: false, isCurrent: false };
  let isLive = false;
  let asking: ReturnType<typeof setTimeout> | undefined;
  /** Alarms from the stream while a list was loading: the list may be older. */
  const collecting = new Set<Alarm[]>();

  function set(change: Partial<AlarmFeedState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  function take(alarm: Alarm): void {
    for (const meanwhile of collecting) meanwhile.push(alarm);
    const alarms = withAlarm(state.alarms, alarm);
    if (alarms !== state.alarms) set({ alarms });
  }

  async function list(): Promise<void> {
    clearTimeout(asking);
    const meanwhile: Alarm[] = [];
    collecting.add(meanwhile);
    try {
      const found = await Promise.all(NOT_CLOSED.map((each) => loadAlarms({ state: each }, stopping.signal)));
      // An alarm that changed between two lists is in both; the newer state counts.
      let alarms: Alarms = new Map();
      for (const alarm of [...found.flat(), ...meanwhile]) alarms = withAlarm(alarms, alarm);
      set({ alarms, isKnown: true, isCurrent: true });
    } catch {
      if (!isLive) set({ isCurrent: false });
    }
    collecting.delete(meanwhile);
    clearTimeout(asking);
    if (!stopping.signal.aborted) asking = setTimeout(() => void list(), isLive ? CHECK_MS : ASK_AGAIN_MS);
  }

  void list();
  void followEvents(
    '/alarms/live',
    {
      onEvent: (data) => take(JSON.parse(data) as Alarm),
      onOpen: () => {
        isLive = true;
        void list();
      },
      onBroken: () => {
        if (!isLive) return;
        isLive = false;
        clearTimeout(asking);
        asking = setTimeout(() => void list(), ASK_AGAIN_MS);
      },
    },
    stopping.signal,
    clock,
  );

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    take,
    close() {
      stopping.abort();
      clearTimeout(asking);
    },
  };
}
