/** Runs the engine behind the log: its transitions go onto the log before its state moves on, so a crash in between repeats them, and loses none. */
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Delivery, Entry } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import { PoisonedEntries, StartOver } from '../bus/handler.ts';
import { intoQuarantine } from '../bus/poison.ts';
import type { Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Transition } from './alarm.ts';
import { createEngine, type Engine } from './engine.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

export const ALARM_ENGINE = 'alarms';
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 100 } as const;
/** Kept so often: what came since is judged again after a crash. Each time costs the cells that changed and a write to the disk. */
const KEEP_MS = 5000;
const KEEP_ENTRIES = 2000;
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
  let running: Running | undefined;

  async function begin(): Promise<Running> {
    const snapshot = await openSnapshot(kv);
    const engine = createEngine({ kinds, state: snapshot.state });
    return { snapshot, engine, judged: snapshot.position, durable: snapshot.position, since: 0, keptAt: 0, unsent: [] };
  }

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    running ??= await begin();
    const now = running;
    for (const delivery of deliveries) {
      if (delivery.position <= now.judged) continue;
      now.unsent.push(...judge(now.engine, delivery));
      now.judged = delivery.position;
      now.since += 1;
    }
    while (now.unsent.length > 0) {
      await bus.append(now.unsent.slice(0, MAX_APPEND).map(entryOf));
      now.unsent.splice(0, MAX_APPEND);
    }
    if (now.since >= KEEP_ENTRIES || performance.now() - now.keptAt >= KEEP_MS) await keep(now);
  }

  async function keep(now: Running): Promise<void> {
    if (now.since === 0) return;
    try {
      await now.snapshot.keep(now.judged);
    } catch (error) {
      // Another process went on in our place, or it cannot be told what was put: begun anew from what is there.
      running = undefined;
      throw new StartOver(error);
    }
    now.durable = now.judged;
    now.since = 0;
    now.keptAt = performance.now();
  }

  const consumer = await startConsumer({
    ...LIMITS,
    bus,
    name: ALARM_ENGINE,
    subjects: INPUTS,
    log,
    take,
    later: { durable: () => running?.durable ?? 0, maxEntries: 2 * KEEP_ENTRIES },
    setAside: intoQuarantine({ bus, log }),
  });
  return {
    async close() {
      await consumer.close();
      // Spares the next start what is judged already; should it fail, that is judged again.
      if (running !== undefined && running.unsent.length === 0) await keep(running).catch(() => undefined);
    },
  };
}

interface Running {
  readonly snapshot: Snapshot;
  readonly engine: Engine;
  /** Judged up to here, and kept up to there. */
  judged: number;
  durable: number;
  /** Entries judged since it was last kept. */
  since: number;
  keptAt: number;
  /** Transitions that are not on the log yet: they go before anything else is judged. */
  readonly unsent: Transition[];
}

/** An entry that the engine cannot bear must not stop it for ever: it is set aside, and judging goes on behind it. */
function judge(engine: Engine, delivery: Delivery): readonly Transition[] {
  try {
    return engine.take(delivery);
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
