/** Handlers of log entries: a handler processes a group of entries, the loop in `consumer.ts` does everything else. */
import type { Log } from '../base/logger.ts';
import type { BatchLimits } from './batch.ts';
import type { Bus, Delivery } from './bus.ts';

export interface ConsumerOptions extends BatchLimits {
  readonly bus: Pick<Bus, 'consume'>;
  /** Names the durable consumer on the log, and appears in messages. */
  readonly name: string;
  readonly subjects: readonly string[];
  readonly log: Log;
  /** If given, the consumer is ephemeral and starts behind this position. Otherwise it is durable: it starts at the first entry and resumes behind its last ack. */
  readonly after?: number;
  /**
   * Takes a group, in order. The group is acknowledged when this resolves, so its effect must be durable by then. What it rejects with
   * decides: `PoisonedEntries` sets those entries aside and redelivers the rest at once; any other error means "not now", and what
   * `passed` does not cover is redelivered after a back-off, without end. So it must be idempotent. `upTo` is the position
   * at which the group ends, including entries that were set aside. `signal` aborts when the consumer closes; closing waits for it.
   */
  readonly take: (deliveries: readonly Delivery[], signal: AbortSignal, upTo: number) => Promise<void> | void;
  /** Deliveries up to this position were taken before, whatever the log remembers, and are acknowledged without being handed over. For effects that store their own position. */
  readonly passed?: () => number;
  /** For handlers whose effect becomes durable after `take` resolves. */
  readonly later?: Later;
  /** See `ConsumeOptions`: what it must not miss for longer it hurries for. */
  readonly mayLag?: () => boolean;
  /** What the log puts off for a moment, to give it with what comes next, comes at once when it calls; answers the function that stops it from calling. */
  readonly hurriedBy?: (hurry: () => void) => () => void;
  /** Keeps a poisoned entry and its reason for people; retried when it rejects. Default: an error in the program's log. */
  readonly setAside?: SetAside;
  readonly backOff?: BackOff;
}

/** Entries are acknowledged when the handler has made them durable, so that a crash redelivers them. */
export interface Later {
  /**
   * Makes durable what was taken; resolves with the position up to which it is. Called between groups, and while something waits at least about every
   * `everyMs`, whether anything comes or not: a full log takes nothing before what waits is acknowledged. When it rejects, the handler must have
   * forgotten what is not durable: everything behind the last position it named is given again.
   */
  readonly keep: () => Promise<number>;
  readonly everyMs: number;
  /** Upper bound of entries that wait. */
  readonly maxEntries: number;
}

export type SetAside = (delivery: Delivery, reason: string) => Promise<void>;

/** The first pause after a failure; it doubles with each further failure up to the longest, and a success resets it. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface Consumer {
  /** Position up to which this process has taken everything, and the problem that stops it, if any. */
  status(): { readonly position: number; readonly problem?: { readonly code: string; readonly message: string } };
  /** Aborts waits and finishes work in progress; entries not taken stay on the log. */
  close(): Promise<void>;
}

/** Thrown by a handler for entries that it can never take. */
export class PoisonedEntries extends Error {
  readonly entries: readonly { readonly delivery: Delivery; readonly reason: string }[];

  constructor(entries: PoisonedEntries['entries']) {
    super(`poisoned: ${entries.map(({ delivery, reason }) => `${delivery.position} (${reason})`).join(', ')}`);
    this.name = 'PoisonedEntries';
    this.entries = entries;
  }
}
