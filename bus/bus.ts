/** The durable event log: the contract that every implementation keeps. */

import type { LogEntry } from './parse-event.ts';

export interface Entry {
  /** Dot-separated, e.g. `daoyu.readings.tianyu.aquaculture_pond.3`. */
  readonly subject: string;
  /** JSON text; at most `maxEntryBytes` of the implementation. */
  readonly data: string;
  /** When the same id is appended twice within two minutes (a lost acknowledgement), one may be kept; both then have its position. */
  readonly id?: string;
  /** What `data` says, for an appender that knows it already: consumers in this process that keep up need not parse. */
  readonly parsed?: () => LogEntry;
}

export interface Delivery {
  readonly subject: string;
  readonly data: string;
  /** Present while the entry is in the memory of the process that appended it; see `entryOf`. */
  readonly parsed?: (() => LogEntry) | undefined;
  /** Grows with every entry of the log, never reused; not necessarily without gaps. */
  readonly position: number;
  /** Epoch ms of the append. */
  readonly appendedAt: number;
  /** Taken for good: it and all before it need not come again to this consumer. May become durable a little later. */
  ack(): void;
  /** Come again after `delayMs`; so do the entries behind it: order is kept. */
  retry(delayMs: number): void;
}

export interface ConsumeOptions {
  /** Subject patterns with `*` and `>`. */
  readonly subjects: readonly string[];
  /**
   * Durable consumers resume behind their last ack after any crash and hold the log back from forgetting. A name is held by one consumption
   * at a time: with several processes the others wait, and one goes on when that is closed or gone. Without a name: ephemeral.
   */
  readonly name?: string;
  /** Where an ephemeral consumer, or a durable one at its birth, begins: `first`, `new`, or behind a position. */
  readonly from: 'first' | 'new' | { readonly after: number };
  /** Deliveries out without ack at one time; default 256. Ephemeral ones need no ack. */
  readonly maxInFlight?: number;
}

/** At least once, in the order of the log. Ends when closed. One loop a consumption. */
export interface Consumption extends AsyncIterable<Delivery> {
  /** Delivers at once what is on the log, where that is put off for a moment to go with what comes next. */
  hurry?(): void;
  close(): Promise<void>;
}

export interface BusStatus {
  readonly isWritable: boolean;
  /** Why not, for people and programs. */
  readonly problem?: { readonly code: string; readonly message: string };
  /** What an acknowledged entry survives, as found out at start, and why not more. `process death` is kill -9 of any process. */
  readonly durability: { readonly survives: 'power loss' | 'process death' | 'nothing'; readonly message: string };
  readonly sizeBytes: number;
  readonly maxBytes: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly consumers: readonly { readonly name: string; readonly position: number; readonly pending: number }[];
}

export interface Bus {
  /** Resolves when all entries are on disk (fsync), with the last position; they keep their order. Rejects with `BUS_FULL`
   * when only entries that a durable consumer still needs are left to remove, `BUS_UNAVAILABLE` when the disk or server fails. After a
   * rejection nothing is on the log when it lives in this process; a server may have kept some, and has them once if the ids come again. */
  append(entries: readonly Entry[]): Promise<number>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Forgets a durable consumer, whose consumptions are closed; the log no longer waits for it. Unknown names are none. */
  forget(name: string): Promise<void>;
  status(): Promise<BusStatus>;
  /** A consistent copy of its files into an empty folder while it works on; absent where a server keeps them. */
  copyTo?(folder: string): Promise<void>;
  /** Ends all consumptions; appends under way are finished first. */
  close(): Promise<void>;
}
