/** Copies transitions from the log to the shared state, where alarms stay after the log has removed them. One process at a time does it. */
import { codeOf } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import { PoisonedEntries } from '../bus/handler.ts';
import { intoQuarantine } from '../bus/poison.ts';
import type { Kv } from '../kv/kv.ts';
import type { Alarm, Transition } from './alarm.ts';

export const ALARM_KEEPER = 'alarm-keeper';
export const ALARM_PREFIX = 'alarms/alarm/';
export const TRANSITION_PREFIX = 'alarms/transition/';
const LIMITS = { maxDeliveries: 128, maxBytes: 4 * 1024 * 1024, waitMs: 5 } as const;
const DAY = 24 * 3_600_000;

export interface AlarmKeeperOptions {
  readonly bus: Pick<Bus, 'consume' | 'append'>;
  readonly kv: Kv;
  readonly log: Log;
  readonly clock: () => number;
  /** Closed alarms older than this are removed. */
  readonly retainMs?: number;
}

export const transitionKey = (id: string, seq: number) => `${TRANSITION_PREFIX}${id}/${String(seq).padStart(6, '0')}`;

export async function startAlarmKeeper(options: AlarmKeeperOptions): Promise<{ close(): Promise<void> }> {
  const { bus, kv, log, clock, retainMs = 400 * DAY } = options;

  /** A repeat has a number that the alarm has already passed. */
  async function keep(transition: Transition): Promise<void> {
    const { alarm, seq } = transition;
    await kv.put(transitionKey(alarm.id, seq), transition, 0).catch(ignoreConflict);
    const key = ALARM_PREFIX + alarm.id;
    const known = await kv.get<Alarm>(key);
    if (known !== undefined && known.value.seq >= seq) return;
    await kv.put(key, alarm, known?.revision ?? 0);
  }

  /** An entry that cannot be stored now is redelivered by the consumer loop. */
  async function take(deliveries: readonly Delivery[]): Promise<void> {
    for (const transition of readTransitions(deliveries)) await keep(transition);
  }

  async function forgetOld(): Promise<void> {
    const oldest = String(clock() - retainMs).padStart(13, '0');
    for await (const { key, value } of kv.list<Alarm>(ALARM_PREFIX)) {
      if (key >= ALARM_PREFIX + oldest) return;
      if (value.state !== 'closed') continue;
      for await (const each of kv.list(`${TRANSITION_PREFIX}${value.id}/`)) await kv.delete(each.key);
      await kv.delete(key);
    }
  }

  const consumer = await startConsumer({
    ...LIMITS,
    bus,
    name: ALARM_KEEPER,
    subjects: [subjects.allAlarms],
    log,
    take,
    setAside: intoQuarantine({ bus, log }),
  });
  const daily = setInterval(() => {
    forgetOld().catch((error: unknown) => log.warn({ code: codeOf(error) }, 'old alarms cannot be removed'));
  }, DAY);
  daily.unref();

  return {
    async close() {
      clearInterval(daily);
      await consumer.close();
    },
  };
}

function ignoreConflict(error: unknown): void {
  if (codeOf(error) !== 'STATE_CONFLICT') throw error;
}

function readTransitions(deliveries: readonly Delivery[]): readonly Transition[] {
  const read = deliveries.map((delivery) => ({ delivery, transition: parseTransition(delivery.data) }));
  const unreadable = read.flatMap(({ delivery, transition }) => (transition === undefined ? [delivery] : []));
  if (unreadable.length > 0)
    throw new PoisonedEntries(
      unreadable.map((delivery) => ({ delivery, reason: 'it is not a transition of an alarm' })),
    );
  return read.flatMap(({ transition }) => transition ?? []);
}

/** Undefined for what is none of ours. */
export function parseTransition(data: string): Transition | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== 1 || typeof value.seq !== 'number') return undefined;
  if (!isObject(value.alarm) || typeof value.alarm.id !== 'string' || !isObject(value.origin)) return undefined;
  return value as unknown as Transition;
}
