/** What follows the log: a handler says what to do with a group of entries, the loop in `consumer.ts` does all the rest. */
import type { Log } from '../base/logger.ts';
import type { BatchLimits } from './batch.ts';
import type { Bus, Delivery } from './bus.ts';

export interface ConsumerOptions extends BatchLimits {
  readonly bus: Pick<Bus, 'consume'>;
  /** Of the durable consumer on the log, and in messages. */
  readonly name: string;
  readonly subjects: readonly string[];
  readonly log: Log;
  /** Ephemeral: begins behind this position and leaves no trace on the log. Absent: durable, born at the first entry, resuming behind its last ack. */
  readonly after?: number;
  /**
   * Takes a group, in order. Resolves when its effect is as durable as it has to be: only then is the group acknowledged. What it rejects with
   * decides: `PoisonedEntries` sets those entries aside, and the rest is given again at once; anything else means "not now", and what
   * `passed` does not cover is given again, without end, after a back-off. So it must bear being given the same twice. `upTo` is the position
   * at which the group ends, entries that were set aside included. `signal` aborts when the consumer closes, which waits for it.
   */
  readonly take: (deliveries: readonly Delivery[], signal: AbortSignal, upTo: number) => Promise<void> | void;
  /** Deliveries up to this position were taken before, whatever the log remembers: acknowledged unseen. For effects that carry their own position. */
  readonly passed?: () => number;
  /** For handlers whose effect becomes durable later than they take it. */
  readonly later?: Later;
  /** What the log puts off for a moment, to give it with what comes next, comes at once when it calls; answers the function that stops it from calling. */
  readonly hurriedBy?: (hurry: () => void) => () => void;
  /** Keeps a poisoned entry and its reason for people. Rejects: tried again. Default: an error in the program's log. */
  readonly setAside?: SetAside;
  readonly backOff?: BackOff;
}

/** What a handler took is acknowledged when it is durable, so that a crash gives it again. */
export interface Later {
  /**
   * Makes durable what was taken; resolves with the position up to which it is. Called between groups, and while something waits at least about every
   * `everyMs`, whether anything comes or not: a full log takes nothing before what waits is acknowledged. When it rejects, the handler must have
   * forgotten what is not durable: everything behind the last position it named is given again.
   */
  readonly keep: () => Promise<number>;
  readonly everyMs: number;
  /** So many may wait. */
  readonly maxEntries: number;
}

export type SetAside = (delivery: Delivery, reason: string) => Promise<void>;

/** The first pause after a failure, doubled with each further one up to the longest; a success begins anew. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface Consumer {
  /** Up to where all is taken by this process, and why it does not go on when it does not. */
  status(): { readonly position: number; readonly problem?: { readonly code: string; readonly message: string } };
  /** Aborts what waits, finishes what is under way; what is not taken stays on the log. */
  close(): Promise<void>;
}

/** Thrown by a handler for entries that it can never take, however often they come. */
export class PoisonedEntries extends Error {
  readonly entries: readonly { readonly delivery: Delivery; readonly reason: string }[];

  constructor(entries: PoisonedEntries['entries']) {
    super(`poisoned: ${entries.map(({ delivery, reason }) => `${delivery.position} (${reason})`).join(', ')}`);
    this.name = 'PoisonedEntries';
    this.entries = entries;
  }
}
