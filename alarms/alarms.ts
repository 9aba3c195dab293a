/** Alarms for people and programs: lists them from the shared state as it changes, and appends people's actions to the log. */
import { DaoyuError } from '../base/errors.ts';
import { subjects } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { Kv } from '../kv/kv.ts';
import type { ActionEntry } from './actions.ts';
import type { Alarm, AlarmState, Severity, Transition } from './alarm.ts';
import { DRILL } from './drill.ts';
import { ALARM_PREFIX, TRANSITION_PREFIX } from './keeper.ts';
import { PLATFORM } from './platform-checks.ts';

export interface AlarmQuery {
  readonly state?: AlarmState;
  readonly park?: string;
  readonly site?: string;
  readonly device?: string;
  /** Opened from (inclusive) to (exclusive), epoch ms; without them, alarms that are not closed are listed whenever they opened. */
  readonly from?: number;
  readonly to?: number;
  /** Parks that the caller may see; absent: all. */
  readonly sees?: (park: string) => boolean;
  readonly limit: number;
}

export interface MaintenanceRequest {
  readonly park: string;
  readonly site?: string;
  readonly device?: string;
  /** Epoch ms; a time in the past ends it. */
  readonly until: number;
  readonly reason: string;
}

export interface Alarms {
  /** Newest first. */
  list(query: AlarmQuery): Promise<readonly Alarm[]>;
  /** Undefined when there is none. */
  get(id: string): Promise<Alarm | undefined>;
  /** Rejects with `ALARM_UNKNOWN`. */
  transitions(id: string): Promise<readonly Transition[]>;
  /** Alarms that are not closed, counted by state, severity and class. */
  counts(): readonly {
    readonly state: AlarmState;
    readonly severity: string;
    readonly class: string;
    readonly count: number;
  }[];
  /** Resolves once the action is on the log, with the changed alarm. Rejects with `ALARM_UNKNOWN`, `ALARM_CLOSED`. */
  acknowledge(id: string, by: string, note?: string): Promise<Alarm>;
  shelve(id: string, by: string, until: number, reason: string): Promise<Alarm>;
  unshelve(id: string, by: string): Promise<Alarm>;
  maintain(request: MaintenanceRequest, by: string): Promise<void>;
  /** Raises a drill, or returns the one already open. Rejects with `DRILL_UNANSWERED` if no alarm follows. */
  drill(severity: Severity, by: string): Promise<Alarm>;
  /** Each alarm as it changes, from now on; ends with `signal`, or when the follower lags and must list again. */
  follow(signal: AbortSignal): AsyncIterable<Alarm>;
  close(): Promise<void>;
}

export interface AlarmsOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly kv: Kv;
  readonly clock: () => number;
}

const DAY = 24 * 3_600_000;
/** Closed alarms that opened earlier are read from the shared state. */
const IN_MEMORY_MS = 31 * DAY;
/** How long an answer waits for the engine to process the action. */
const TAKEN_WITHIN_MS = 3000;
const MAX_BUFFERED = 1000;

export async function openAlarms({ bus, kv, clock }: AlarmsOptions): Promise<Alarms> {
  const recent = new Map<string, Alarm>();
  const followers = new Set<Follower>();
  const waiting = new Set<(alarm: Alarm) => void>();

  function note(alarm: Alarm): void {
    if ((recent.get(alarm.id)?.seq ?? 0) >= alarm.seq) return;
    recent.set(alarm.id, alarm);
    for (const follower of followers) follower.push(alarm);
    for (const each of waiting) each(alarm);
  }

  const unwatch = await kv.watch<Alarm>(ALARM_PREFIX, ({ key, item }) => {
    if (item === undefined) recent.delete(key.slice(ALARM_PREFIX.length));
    else note(item.value);
  });
  const oldest = () => clock() - IN_MEMORY_MS;
  for await (const { value } of kv.list<Alarm>(ALARM_PREFIX)) {
    if (value.state !== 'closed' || value.openedAt >= oldest()) note(value);
  }
  const daily = setInterval(() => {
    for (const [id, { state, openedAt }] of recent) if (state === 'closed' && openedAt < oldest()) recent.delete(id);
  }, DAY);
  daily.unref();

  const get = async (id: string) => recent.get(id) ?? (await kv.get<Alarm>(ALARM_PREFIX + id))?.value;

  async function find(id: string): Promise<Alarm> {
    const alarm = await get(id);
    if (alarm === undefined)
      throw new DaoyuError('ALARM_UNKNOWN', `there is no alarm ${id}; GET /api/v1/alarms lists them`);
    return alarm;
  }

  async function act(id: string, action: ActionEntry): Promise<Alarm> {
    const before = await find(id);
    if (before.state === 'closed')
      throw new DaoyuError('ALARM_CLOSED', `alarm ${id} is closed: it takes no more actions`);
    const changed = nextWhere((alarm) => alarm.id === id && alarm.seq > before.seq);
    try {
      await bus.append([{ subject: subjects.actions(before.park), data: JSON.stringify(action) }]);
      return (await changed.promise) ?? recent.get(id) ?? before;
    } finally {
      changed.cancel();
    }
  }

  /** The next matching change, or undefined if the engine takes too long. */
  function nextWhere(isMeant: (alarm: Alarm) => boolean): {
    readonly promise: Promise<Alarm | undefined>;
    cancel(): void;
  } {
    let settle: (alarm: Alarm | undefined) => void = () => undefined;
    const promise = new Promise<Alarm | undefined>((resolve) => {
      settle = resolve;
    });
    const timer = setTimeout(() => settle(undefined), TAKEN_WITHIN_MS);
    const look = (alarm: Alarm) => {
      if (isMeant(alarm)) settle(alarm);
    };
    waiting.add(look);
    return {
      promise,
      cancel() {
        clearTimeout(timer);
        waiting.delete(look);
      },
    };
  }

  return {
    async list(query) {
      const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, limit } = query;
      const found = [...recent.values()].filter((alarm) => isWanted(alarm, query));
      if (Number.isFinite(from) && from < oldest()) {
        const upTo = ALARM_PREFIX + String(Math.min(to, oldest())).padStart(13, '0');
        const after = ALARM_PREFIX + String(Math.max(0, from)).padStart(13, '0');
        for await (const { key, value } of kv.list<Alarm>(ALARM_PREFIX, { after })) {
          if (key >= upTo) break;
          if (!recent.has(value.id) && isWanted(value, query)) found.push(value);
        }
      }
      return found.sort((one, other) => other.openedAt - one.openedAt).slice(0, limit);
    },
    get,
    async transitions(id) {
      await find(id);
      const found: Transition[] = [];
      for await (const { value } of kv.list<Transition>(`${TRANSITION_PREFIX}${id}/`)) found.push(value);
      return found;
    },
    counts() {
      const counts = new Map<string, { state: AlarmState; severity: string; class: string; count: number }>();
      for (const { state, severity, class: of } of recent.values()) {
        if (state === 'closed') continue;
        const key = `${state}/${severity}/${of}`;
        const known = counts.get(key) ?? { state, severity, class: of, count: 0 };
        known.count += 1;
        counts.set(key, known);
      }
      return [...counts.values()];
    },
    acknowledge: (id, by, note) =>
      act(id, { version: 1, action: 'acknowledge', alarm: id, by, ...(note !== undefined && { note }) }),
    shelve(id, by, until, reason) {
      if (until <= clock()) throw new DaoyuError('REQUEST_INVALID', `until ${until} lies in the past`);
      return act(id, { version: 1, action: 'shelve', alarm: id, by, until, reason });
    },
    unshelve: (id, by) => act(id, { version: 1, action: 'unshelve', alarm: id, by }),
    async maintain(request, by) {
      const action: ActionEntry = { version: 1, action: 'maintenance', from: clock(), by, ...request };
      await bus.append([{ subject: subjects.actions(request.park), data: JSON.stringify(action) }]);
    },
    async drill(severity, by) {
      const isOn = ({ park, rule, state }: Alarm) =>
        park === PLATFORM && rule === DRILL && (state === 'open' || state === 'acknowledged');
      const running = [...recent.values()].find(isOn);
      if (running !== undefined) return running;
      const raised = nextWhere(isOn);
      try {
        const action: ActionEntry = { version: 1, action: 'drill', severity, by };
        await bus.append([{ subject: subjects.actions(PLATFORM), data: JSON.stringify(action) }]);
        const alarm = await raised.promise;
        if (alarm !== undefined) return alarm;
      } finally {
        raised.cancel();
      }
      const seconds = TAKEN_WITHIN_MS / 1000;
      const message = `the drill raised no alarm within ${seconds} s: the alarm engine is stopped or lags behind; /readyz says why`;
      throw new DaoyuError('DRILL_UNANSWERED', message);
    },
    async *follow(signal) {
      const follower = new Follower();
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
    async close() {
      clearInterval(daily);
      unwatch();
      for (const follower of followers) follower.end();
    },
  };
}

function isWanted({ state, park, site, device, openedAt }: Alarm, query: AlarmQuery): boolean {
  if (query.state !== undefined && state !== query.state) return false;
  if (query.park !== undefined && park !== query.park) return false;
  if (query.sees !== undefined && !query.sees(park)) return false;
  if (query.site !== undefined && site !== query.site) return false;
  if (query.device !== undefined && device !== query.device) return false;
  return openedAt >= (query.from ?? Number.NEGATIVE_INFINITY) && openedAt < (query.to ?? Number.POSITIVE_INFINITY);
}

class Follower {
  #alarms: Alarm[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  push(alarm: Alarm): void {
    if (this.#isEnded) return;
    this.#alarms.push(alarm);
    if (this.#alarms.length > MAX_BUFFERED) this.end();
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *alarms(): AsyncGenerator<Alarm> {
    for (;;) {
      const alarms = this.#alarms;
      this.#alarms = [];
      yield* alarms;
      if (this.#alarms.length > 0) continue;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
