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
import { openRecentAlarms } from './recent-alarms.ts';

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

/** How long an answer waits for the engine to process the action. */
const TAKEN_WITHIN_MS = 3000;

export async function openAlarms({ bus, kv, clock }: AlarmsOptions): Promise<Alarms> {
  const recent = await openRecentAlarms(kv, clock);

  const get = async (id: string) => recent.get(id) ?? (await kv.get<Alarm>(ALARM_PREFIX + id))?.value;

  async function find(id: string): Promise<Alarm> {
    const alarm = await get(id);
    if (alarm === undefined)
      throw new DaoyuError('ALARM_UNKNOWN', `there is no alarm ${id}; GET /api/v1/alarms lists them`);
    return alarm;
  }

  async function append(park: string, action: ActionEntry): Promise<void> {
    await bus.append([{ subject: subjects.actions(park), data: JSON.stringify(action) }]);
  }

  /** Appends an action and waits for the change that it causes; undefined if the engine takes too long. */
  async function appendAndWait(park: string, action: ActionEntry, isMeant: (alarm: Alarm) => boolean) {
    const next = recent.nextWhere(isMeant, TAKEN_WITHIN_MS);
    try {
      await append(park, action);
      return await next.promise;
    } finally {
      next.cancel();
    }
  }

  async function act(id: string, action: ActionEntry): Promise<Alarm> {
    const before = await find(id);
    if (before.state === 'closed')
      throw new DaoyuError('ALARM_CLOSED', `alarm ${id} is closed: it takes no more actions`);
    const isNext = (alarm: Alarm) => alarm.id === id && alarm.seq > before.seq;
    return (await appendAndWait(before.park, action, isNext)) ?? recent.get(id) ?? before;
  }

  return {
    async list(query) {
      const found = [...recent.values()].filter((alarm) => isWanted(alarm, query));
      for await (const alarm of storedAlarms(kv, query, recent.begin())) {
        if (recent.get(alarm.id) === undefined && isWanted(alarm, query)) found.push(alarm);
      }
      return found.sort((one, other) => other.openedAt - one.openedAt).slice(0, query.limit);
    },
    get,
    async transitions(id) {
      await find(id);
      const found: Transition[] = [];
      for await (const { value } of kv.list<Transition>(`${TRANSITION_PREFIX}${id}/`)) found.push(value);
      return found;
    },
    counts: () => countsOf(recent.values()),
    acknowledge: (id, by, note) =>
      act(id, { version: 1, action: 'acknowledge', alarm: id, by, ...(note !== undefined && { note }) }),
    shelve(id, by, until, reason) {
      if (until <= clock()) throw new DaoyuError('REQUEST_INVALID', `until ${until} lies in the past`);
      return act(id, { version: 1, action: 'shelve', alarm: id, by, until, reason });
    },
    unshelve: (id, by) => act(id, { version: 1, action: 'unshelve', alarm: id, by }),
    maintain: (request, by) =>
      append(request.park, { version: 1, action: 'maintenance', from: clock(), by, ...request }),
    async drill(severity, by) {
      const running = [...recent.values()].find(isRunningDrill);
      if (running !== undefined) return running;
      const raised = await appendAndWait(PLATFORM, { version: 1, action: 'drill', severity, by }, isRunningDrill);
      if (raised !== undefined) return raised;
      const seconds = TAKEN_WITHIN_MS / 1000;
      const message = `the drill raised no alarm within ${seconds} s: the alarm engine is stopped or lags behind; /readyz says why`;
      throw new DaoyuError('DRILL_UNANSWERED', message);
    },
    follow: (signal) => recent.follow(signal),
    async close() {
      recent.close();
    },
  };
}

/** Stored alarms that opened in the period of the query, before `begin`; keys begin with the time of opening. */
async function* storedAlarms(kv: Kv, query: AlarmQuery, begin: number): AsyncGenerator<Alarm> {
  const { from, to = begin } = query;
  if (from === undefined || !Number.isFinite(from) || from >= begin) return;
  const upTo = keyFrom(Math.min(to, begin));
  for await (const { key, value } of kv.list<Alarm>(ALARM_PREFIX, { after: keyFrom(Math.max(0, from)) })) {
    if (key >= upTo) return;
    yield value;
  }
}

const keyFrom = (openedAt: number) => ALARM_PREFIX + String(openedAt).padStart(13, '0');

const isRunningDrill = ({ park, rule, state }: Alarm) =>
  park === PLATFORM && rule === DRILL && (state === 'open' || state === 'acknowledged');

function countsOf(alarms: Iterable<Alarm>): ReturnType<Alarms['counts']> {
  const counts = new Map<string, { state: AlarmState; severity: string; class: string; count: number }>();
  for (const { state, severity, class: of } of alarms) {
    if (state === 'closed') continue;
    const key = `${state}/${severity}/${of}`;
    const known = counts.get(key) ?? { state, severity, class: of, count: 0 };
    known.count += 1;
    counts.set(key, known);
  }
  return [...counts.values()];
}

function isWanted({ state, park, site, device, openedAt }: Alarm, query: AlarmQuery): boolean {
  if (query.state !== undefined && state !== query.state) return false;
  if (query.park !== undefined && park !== query.park) return false;
  if (query.sees !== undefined && !query.sees(park)) return false;
  if (query.site !== undefined && site !== query.site) return false;
  if (query.device !== undefined && device !== query.device) return false;
  return openedAt >= (query.from ?? Number.NEGATIVE_INFINITY) && openedAt < (query.to ?? Number.POSITIVE_INFINITY);
}
