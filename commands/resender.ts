/** Schedules resends of open commands: at once when the device reconnects, otherwise after growing pauses. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { clientIdOf, type DeviceAddress } from '../base/topics.ts';
import { type Command, isFinal } from './command.ts';
import { recordKey } from './records.ts';
import { optionsOf, payloadOf, type TellCommand } from './tell-command.ts';

export interface ResenderOptions {
  readonly tell: TellCommand;
  readonly isConnected: (device: DeviceAddress) => boolean;
  readonly monotonic: () => number;
  readonly log: Log;
}

/** Devices subscribe a moment after they connect. */
const FIRST_PAUSE_MS = 1000;
/** The device has received the command: only a restart can have made it forget. */
const RECEIVED_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 300_000;
const AGAIN_AFTER_MS = 5000;

interface Open {
  command: Command;
  /** Monotonic ms: since when the pauses grow, and when the next one ends. */
  since: number;
  dueAt: number;
  /** When its expiry was last appended to the log. */
  toldAt: number;
}

export function createResender({ tell, isConnected, monotonic, log }: ResenderOptions) {
  /** In the order of sending. */
  const open = new Map<string, Open>();
  let away: ReadonlySet<string> = new Set();

  /** Devices that were disconnected at the last look and are connected now. */
  function returned(): ReadonlySet<string> {
    const before = away;
    const now = new Set<string>();
    const back = new Set<string>();
    for (const { command } of open.values()) {
      const name = clientIdOf(command);
      if (!isConnected(command)) now.add(name);
      else if (before.has(name)) back.add(name);
    }
    away = now;
    return back;
  }

  function pauseOf({ command, since }: Open, now: number): number {
    const shortest = command.state === 'received' ? RECEIVED_PAUSE_MS : FIRST_PAUSE_MS;
    return Math.min(LONGEST_PAUSE_MS, Math.max(shortest, (now - since) / 2));
  }

  return {
    /** The current version of a command. */
    note(command: Command): void {
      const key = recordKey(command);
      const known = open.get(key);
      if (isFinal(command)) open.delete(key);
      else if (known !== undefined) known.command = command;
      else
        open.set(key, {
          command,
          since: monotonic(),
          dueAt: monotonic() + FIRST_PAUSE_MS,
          toldAt: Number.NEGATIVE_INFINITY,
        });
    },
    /** Expired commands; each is returned again only after a while, because the log delivers its expiry. */
    overdue(now: number): readonly Command[] {
      const at = monotonic();
      const over = [...open.values()].filter(
        ({ command, toldAt }) => command.expires <= now && toldAt + AGAIN_AFTER_MS <= at,
      );
      for (const each of over) each.toldAt = at;
      return over.map(({ command }) => command);
    },
    async sendDue(now: number): Promise<void> {
      const back = returned();
      const at = monotonic();
      for (const each of open.values()) {
        const { command } = each;
        if (command.expires <= now) continue;
        const isBack = back.has(clientIdOf(command));
        if (!isBack && each.dueAt > at) continue;
        if (isBack) each.since = at;
        each.dueAt = at + pauseOf(each, at);
        try {
          await tell(command, `commands/${command.name}`, payloadOf(command), optionsOf(command));
        } catch (error) {
          log.warn({ code: codeOf(error) }, 'a command could not be handed over; it will be sent again');
        }
      }
    },
  };
}
