/** Runs the engine on the log: appends its transitions before it saves its state, so that a crash in between repeats them and loses none. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Delivery, Entry } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import { PoisonedEntries } from '../bus/handler.ts';
import { intoQuarantine } from '../bus/poison.ts';
import type { Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Transition } from './alarm.ts';
import { createEngine, type Engine } from './engine.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';
import { cellOf, type State } from './state.ts';

export const ALARM_ENGINE = 'alarms';
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 100 } as const;
/** State is saved this often; entries since are evaluated again after a crash. Each save writes the changed cells to disk. */
const KEEP_MS = 10_000;
const MAX_UNKEPT_ENTRIES = 4000;
/** Largest entry of transitions; one entry of the log may cause many. */
const MAX_APPEND = 500;
/** Transitions that a full log refuses wait in the state: room is made only when entries are consumed. */
const MAX_UNSENT = 5000;
const UNSENT_IN_CELL = 100;

export const INPUTS = [
  subjects.allReadings,
  subjects.allQuarantine,
  subjects.allDevices,
  subjects.allActions,
  subjects.clock,
  subjects.registry,
] as const;

export interface EngineTaskOptions {
  readonly bus: Pick<Bus, 'consume' | 'append'>;
  readonly kv: Kv;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly log: Log;
  /** Shortest time between saves of the state; default 10 s. */
  readonly keepMs?: number;
}

export async function startAlarmEngine({
  bus,
  kv,
  kinds,
  log,
  keepMs = KEEP_MS,
}: EngineTaskOptions): Promise<{ close(): Promise<void> }> {
  let running: Running | undefined;

  async function begin(): Promise<Running> {
    const snapshot = await openSnapshot(kv);
    const engine = createEngine({ kinds, state: snapshot.state });
    const unsent = [...snapshot.state.unsent.values()].flat();
    return { snapshot, engine, judged: snapshot.position, unsent };
  }

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    running ??= await begin();
    const now = running;
    for (const delivery of deliveries) {
      if (delivery.position <= now.judged) continue;
      now.unsent.push(...judge(now.engine, delivery));
      now.judged = delivery.position;
    }
    await send(now.unsent);
  }

  async function send(unsent: Transition[]): Promise<void> {
    try {
      while (unsent.length > 0) {
        await bus.append(unsent.slice(0, MAX_APPEND).map(entryOf));
        unsent.splice(0, MAX_APPEND);
      }
    } catch (error) {
      if (codeOf(error) !== 'BUS_FULL' || unsent.length > MAX_UNSENT) throw error;
    }
  }

  async function keep(): Promise<number> {
    if (running === undefined) return 0;
    const now = running;
    try {
      noteUnsent(now.snapshot.state, now.unsent);
      await now.snapshot.keep(now.judged);
      return now.judged;
    } catch (error) {
      // Another process has taken over, or it is unknown what was saved: start again from the saved state.
      running = undefined;
      throw error;
    }
  }

  const consumer = await startConsumer({
    ...LIMITS,
    bus,
    name: ALARM_ENGINE,
    subjects: INPUTS,
    log,
    take,
    mayLag: () => true,
    later: { keep, everyMs: keepMs, maxEntries: MAX_UNKEPT_ENTRIES },
    setAside: intoQuarantine({ bus, log }),
  });
  return {
    async close() {
      await consumer.close();
      // Saves the next start from evaluating entries again; if it fails, they are evaluated again.
      await keep().catch(() => undefined);
    },
  };
}

interface Running {
  readonly snapshot: Snapshot;
  readonly engine: Engine;
  /** Evaluated up to here. */
  judged: number;
  /** Transitions that are not on the log yet, in order. */
  readonly unsent: Transition[];
}

function noteUnsent(state: State, unsent: readonly Transition[]): void {
  for (const name of state.unsent.keys()) state.dirty.add(name);
  state.unsent.clear();
  for (let start = 0; start < unsent.length; start += UNSENT_IN_CELL) {
    const name = cellOf.unsent(start / UNSENT_IN_CELL);
    state.unsent.set(name, unsent.slice(start, start + UNSENT_IN_CELL));
    state.dirty.add(name);
  }
}

/** An entry on which the engine throws must not stop it for ever: it is set aside, and the engine continues after it. */
function judge(engine: Engine, delivery: Delivery): readonly Transition[] {
  try {
    return engine.take(delivery);
  } catch (error) {
    throw new PoisonedEntries([{ delivery, reason: String(error) }]);
  }
}

/** Equal after a crash: readers recognise a repeat by its origin. */
export function entryOf(transition: Transition): Entry {
  const { position, ordinal } = transition.origin;
  return {
    subject: subjects.alarms(transition.alarm.park),
    data: JSON.stringify(transition),
    id: `${ALARM_ENGINE}:${position}:${ordinal}`,
  };
}
