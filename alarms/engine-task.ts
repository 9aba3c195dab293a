/** Runs the engine behind the log: its transitions go onto the log before its state moves on, so a crash in between repeats them, and loses none. */
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

export const ALARM_ENGINE = 'alarms';
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 100 } as const;
/** Transitions of one entry of the log may be many; an entry holds them up to this size. */
const MAX_APPEND = 500;

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
}

export async function startAlarmEngine({
  bus,
  kv,
  kinds,
  log,
}: EngineTaskOptions): Promise<{ close(): Promise<void> }> {
  let snapshot: Snapshot | undefined;
  let engine: Engine | undefined;
  let position = 0;

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    try {
      // After a failure the state in memory may be ahead of what is kept: begun anew from there.
      if (snapshot === undefined || engine === undefined) {
        snapshot = await openSnapshot(kv);
        engine = createEngine({ kinds, state: snapshot.state });
        position = snapshot.position;
      }
      const reached = position;
      const fresh = deliveries.filter((delivery) => delivery.position > reached);
      const last = fresh.at(-1);
      if (last === undefined) return;
      const transitions = fresh.flatMap((delivery) => judge(engine, delivery));
      for (let start = 0; start < transitions.length; start += MAX_APPEND) {
        await bus.append(transitions.slice(start, start + MAX_APPEND).map(entryOf));
      }
      await snapshot.keep(last.position);
      position = last.position;
    } catch (error) {
      engine = undefined;
      snapshot = undefined;
      throw error;
    }
  }

  const setAside = intoQuarantine({ bus, log });
  return startConsumer({ ...LIMITS, bus, name: ALARM_ENGINE, subjects: INPUTS, log, take, setAside });
}

/** An entry that the engine cannot bear must not stop it for ever: it is set aside, and judging goes on behind it. */
function judge(engine: Engine | undefined, delivery: Delivery): readonly Transition[] {
  try {
    return engine?.take(delivery) ?? [];
  } catch (error) {
    throw new PoisonedEntries([{ delivery, reason: String(error) }]);
  }
}

/** The same after a crash: whoever reads tells a repeat by its origin. */
export function entryOf(transition: Transition): Entry {
  const { position, ordinal } = transition.origin;
  return {
    subject: subjects.alarms(transition.alarm.park),
    data: JSON.stringify(transition),
    id: `${ALARM_ENGINE}:${position}:${ordinal}`,
  };
}
