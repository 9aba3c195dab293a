/** Open alarms and those of the last month, kept in memory as the shared state changes. */
import type { Kv } from '../kv/kv.ts';
import type { Alarm } from './alarm.ts';
import { AlarmFollower } from './alarm-follower.ts';
import { ALARM_PREFIX } from './keeper.ts';

const DAY = 24 * 3_600_000;
const IN_MEMORY_MS = 31 * DAY;

export interface NextChange {
  /** Undefined if no matching change came in time. */
  readonly promise: Promise<Alarm | undefined>;
  cancel(): void;
}

export interface RecentAlarms {
  get(id: string): Alarm | undefined;
  values(): Iterable<Alarm>;
  /** Closed alarms that opened before this, epoch ms, are in the shared state only. */
  begin(): number;
  /** The next change to an alarm that matches. */
  nextWhere(isMeant: (alarm: Alarm) => boolean, withinMs: number): NextChange;
  /** Each alarm as it changes, from now on; ends with `signal`, or when the follower lags. */
  follow(signal: AbortSignal): AsyncIterable<Alarm>;
  close(): void;
}

export async function openRecentAlarms(kv: Kv, clock: () => number): Promise<RecentAlarms> {
  const alarms = new Map<string, Alarm>();
  const followers = new Set<AlarmFollower>();
  const listeners = new Set<(alarm: Alarm) => void>();
  const begin = () => clock() - IN_MEMORY_MS;

  function note(alarm: Alarm): void {
    if ((alarms.get(alarm.id)?.seq ?? 0) >= alarm.seq) return;
    alarms.set(alarm.id, alarm);
    for (const follower of followers) follower.push(alarm);
    for (const listener of listeners) listener(alarm);
  }

  const unwatch = await kv.watch<Alarm>(ALARM_PREFIX, ({ key, item }) => {
    if (item === undefined) alarms.delete(key.slice(ALARM_PREFIX.length));
    else note(item.value);
  });
  for await (const { value } of kv.list<Alarm>(ALARM_PREFIX)) {
    if (value.state !== 'closed' || value.openedAt >= begin()) note(value);
  }
  const daily = setInterval(() => {
    for (const [id, { state, openedAt }] of alarms) if (state === 'closed' && openedAt < begin()) alarms.delete(id);
  }, DAY);
  daily.unref();

  return {
    get: (id) => alarms.get(id),
    values: () => alarms.values(),
    begin,
    nextWhere(isMeant, withinMs) {
      let settle: (alarm: Alarm | undefined) => void = () => undefined;
      const promise = new Promise<Alarm | undefined>((resolve) => {
        settle = resolve;
      });
      const timer = setTimeout(() => settle(undefined), withinMs);
      const listener = (alarm: Alarm) => {
        if (isMeant(alarm)) settle(alarm);
      };
      listeners.add(listener);
      return {
        promise,
        cancel() {
          clearTimeout(timer);
          listeners.delete(listener);
        },
      };
    },
    async *follow(signal) {
      const follower = new AlarmFollower();
      const stop = () => follower.end();
      signal.addEventListener('abort', stop, { once: true });
      followers.add(follower);
      try {
        if (!signal.aborted) yield* follower.alarms();
      } finally {
        signal.removeEventListener('abort', stop);
        followers.delete(follower);
      }
    },
    close() {
      clearInterval(daily);
      unwatch();
      for (const follower of followers) follower.end();
    },
  };
}
