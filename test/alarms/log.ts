/** A hand-made log: a registry, readings, ticks of the clock; and the engine run over it, in one go or with crashes. */
import type { Alarm, Transition } from '../../alarms/alarm.ts';
import { createEngine, type Engine, type Entry } from '../../alarms/engine.ts';
import { newState, type State } from '../../alarms/state.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Reading } from '../../sensors/reading.ts';

export const kinds = await loadKinds();
export const MINUTE = 60_000;
/** Afternoon in Beijing: no night rule. */
export const START = Date.parse('2026-07-20T13:00:00+08:00');

export interface LogWriter {
  readonly entries: Entry[];
  readings(readings: readonly Partial<Reading>[], receivedAt: number): void;
  tick(at: number): void;
  add(subject: string, value: object, at: number): void;
}

export interface DeviceOf {
  readonly id: string;
  readonly site?: string;
  readonly kind?: string;
  readonly intervalMs?: number;
  readonly gateway?: string;
}

/** A park with ponds of the profile `crab_pond`, a device each. */
export function newLog(devices: readonly DeviceOf[] = [{ id: 'probe' }], start = START): LogWriter {
  const entries: Entry[] = [];
  const add = (subject: string, value: object, appendedAt: number) =>
    void entries.push({
      subject,
      data: JSON.stringify({ version: 1, ...value }),
      position: entries.length + 1,
      appendedAt,
    });
  const label = { zh: '塘', en: 'pond' };
  const kindOf = ({ kind = 'aquaculture_pond' }: DeviceOf) => kind;
  add(
    'daoyu.registry',
    {
      ...{ part: 1, parts: 1, parks: [{ id: 'park', label }], profiles: seeds.profiles },
      sites: [...new Set(devices.map(({ site = 'pond' }) => site))].map((id) => ({ park: 'park', id, label })),
      devices: devices.map((device) => ({
        ...{ park: 'park', site: 'pond', label, intervalMs: 5 * MINUTE, createdAt: start },
        ...device,
        kind: kindOf(device),
      })),
    },
    start,
  );
  return {
    entries,
    add,
    tick: (at) => add('daoyu.clock', { at }, at),
    readings: (readings, receivedAt) =>
      add(
        'daoyu.readings.park.aquaculture_pond.0',
        {
          readings: readings.map((reading) => ({
            ...{ park: 'park', site: 'pond', device: 'probe', kind: 'aquaculture_pond', receivedAt },
            ...reading,
          })),
          tallies: [],
        },
        receivedAt,
      ),
  };
}

export function newEngine(state: State = newState()): Engine {
  return createEngine({ kinds, state });
}

export function runAll(entries: readonly Entry[]): readonly Transition[] {
  const engine = newEngine();
  return entries.flatMap((entry) => engine.take(entry));
}

/** As they ended, by id. */
export function lastOf(transitions: readonly Transition[]): ReadonlyMap<string, Alarm> {
  return new Map(transitions.map(({ alarm }) => [alarm.id, alarm]));
}
