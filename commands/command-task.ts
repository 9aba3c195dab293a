/**
 * Follows commands to their end: applies replies and expiries from the log to the shared state, resends open commands, and expires those that
 * nobody answered. One process at a time does it; its successor finds everything in the log and the shared state.
 */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { pause } from '../base/pause.ts';
import { type DeviceAddress, subjects } from '../base/topics.ts';
import type { Bus, Delivery, Entry } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import type { CommandEntry } from '../bus/events.ts';
import type { Item, Kv } from '../kv/kv.ts';
import { advance, type Command, commandOf } from './command.ts';
import { parseCommandEntry } from './parse-command-entry.ts';
import { COMMAND_PREFIX, forgetOld, recordKey } from './records.ts';
import { createResender } from './resender.ts';
import type { TellCommand } from './tell-command.ts';

export const COMMAND_TASK = 'commands';
const LIMITS = { maxDeliveries: 128, maxBytes: 4 * 1024 * 1024, waitMs: 5 } as const;
const BACK_OFF = { firstMs: 250, maxMs: 10_000 } as const;
const TICK_MS = 500;
const CONFLICT_PAUSE_MS = 10;
const DAY = 24 * 3_600_000;
/** Expiries appended at one time. */
const MAX_APPEND = 500;

export interface CommandTaskOptions {
  readonly bus: Pick<Bus, 'consume' | 'append'>;
  readonly kv: Kv;
  readonly tell: TellCommand;
  readonly isConnected: (device: DeviceAddress) => boolean;
  readonly clock: () => number;
  /** Monotonic ms, for the pauses between resends. */
  readonly monotonic: () => number;
  readonly log: Log;
}

export async function startCommandTask(options: CommandTaskOptions): Promise<{ close(): Promise<void> }> {
  const { bus, kv, tell, clock, log } = options;
  const resender = createResender(options);
  let ticking: Promise<void> | undefined;
  let isFailing = false;

  /** Retries from the version that another process has put meanwhile. */
  async function keep(entry: CommandEntry, signal: AbortSignal): Promise<void> {
    const key = recordKey(entry);
    for (;;) {
      signal.throwIfAborted();
      const known = await kv.get<Command>(key);
      const next = nextOf(known, entry);
      if (next === undefined) return await refuse(entry);
      if (next === known?.value || (await isPut(key, next, known?.revision ?? 0))) return resender.note(next);
      // Another process's put is in progress and cannot be read before it is durable.
      await pause(CONFLICT_PAUSE_MS, signal);
    }
  }

  async function isPut(key: string, command: Command, revision: number): Promise<boolean> {
    try {
      await kv.put(key, command, revision);
      return true;
    } catch (error) {
      if (codeOf(error) === 'STATE_CONFLICT') return false;
      throw error;
    }
  }

  /** A reply to a command that we did not send. */
  async function refuse({ is, park, device, id }: CommandEntry): Promise<void> {
    if (is !== 'reply') return;
    const message = `this device was sent no command ${JSON.stringify(id)}: reply with the id that came with the command`;
    await tell({ park, device }, 'errors', JSON.stringify({ code: 'COMMAND_UNKNOWN', field: 'id', message })).catch(
      () => {},
    );
  }

  async function take(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void> {
    for (const { data } of deliveries) {
      const entry = parseCommandEntry(data);
      if (entry !== undefined) await keep(entry, signal);
    }
  }

  async function tick(): Promise<void> {
    const over = resender.overdue(clock()).map((command) => expiryOf(command, clock()));
    for (let start = 0; start < over.length; start += MAX_APPEND)
      await bus.append(over.slice(start, start + MAX_APPEND));
    await resender.sendDue(clock());
    isFailing = false;
  }

  function look(): void {
    ticking ??= tick()
      .catch((error: unknown) => {
        if (!isFailing) log.warn({ code: codeOf(error) }, 'commands cannot be followed; trying again');
        isFailing = true;
      })
      .finally(() => {
        ticking = undefined;
      });
  }

  function tidy(): void {
    forgetOld(kv, clock()).catch((error: unknown) =>
      log.warn({ code: codeOf(error) }, 'old commands cannot be removed'),
    );
  }

  for await (const { value } of kv.list<Command>(COMMAND_PREFIX)) resender.note(value);
  const consumer = await startConsumer({
    ...LIMITS,
    backOff: BACK_OFF,
    bus,
    name: COMMAND_TASK,
    subjects: [subjects.allCommands],
    log,
    take,
  });
  const timer = setInterval(look, TICK_MS);
  const daily = setInterval(tidy, DAY);
  timer.unref();
  daily.unref();

  return {
    async close() {
      clearInterval(timer);
      clearInterval(daily);
      await ticking;
      await consumer.close();
    },
  };
}

/** Undefined if the command is unknown. */
function nextOf(known: Item<Command> | undefined, entry: CommandEntry): Command | undefined {
  if (entry.is === 'sent') return known?.value ?? commandOf(entry);
  return known && advance(known.value, entry);
}

/** If two processes both find it expired, the second entry changes nothing. */
function expiryOf({ park, device, id }: Command, at: number): Entry {
  const entry: CommandEntry = { version: 1, is: 'expired', park, device, id, at };
  return { subject: subjects.commands(park), data: JSON.stringify(entry), id: `command:${id}:expired` };
}
