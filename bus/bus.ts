/** The durable event log: the contract that every implementation keeps. */

import type { LogEntry } from './parse-event.ts';

export interface Entry {
  /** Dot-separated, e.g. `daoyu.readings.tianyu.aquaculture_pond.3`. */
  readonly subject: string;
  /** JSON text; at most `maxEntryBytes` of the implementation. */
  readonly data: string;
  /** If an id is appended twice within two minutes (after a lost acknowledgement), only one entry may be kept; both then have its position. */
  readonly id?: string;
  /** The parsed `data`, if the appender has it: consumers in this process that keep up need not parse again. */
  readonly parsed?: () => LogEntry;
}

export interface Delivery {
  readonly subject: string;
  readonly data: string;
  /** Present while the entry is in the memory of the process that appended it; see `entryOf`. */
  readonly parsed?: (() => LogEntry) | undefined;
  /** Increases with every entry, is never reused, and may have gaps. */
  readonly position: number;
  /** Epoch ms of the append. */
  readonly appendedAt: number;
  /** Acknowledges this entry and all before it: they need not come again to this consumer. May become durable a little later. */
  ack(): void;
  /** Asks for redelivery after `delayMs`, of the entries behind it as well: order is kept. */
  retry(delayMs: number): void;
}

export interface ConsumeOptions {
  /** Subject patterns with `*` and `>`. */
  readonly subjects: readonly string[];
  /**
   * Durable consumers resume behind their last ack after any crash, and the log keeps what they still need. One consumption holds a name
   * at a time: in other processes they wait, and one continues when the holder is closed or gone. Without a name: ephemeral.
   */
  readonly name?: string;
  /** Where an ephemeral consumer, or a new durable one, starts: `first`, `new`, or behind a position. */
  readonly from: 'first' | 'new' | { readonly after: number };
  /** Unacknowledged deliveries at one time; default 256. Ephemeral consumers need no ack. */
  readonly maxInFlight?: number;
  /** While true, entries may come a moment later, many together, unless it is hurried: to be woken for each costs more than to take it. */
  readonly mayLag?: (() => boolean) | undefined;
}

/** At least once, in the order of the log. Ends when closed. One loop per consumption. */
export interface Consumption extends AsyncIterable<Delivery> {
  /** The next delivery, if it is there already; may be called only while no `next()` of the iterator is pending. Undefined: ask the iterator. */
  ready?(): Delivery | undefined;
  /** Delivers at once what is on the log, where that is put off for a moment to go with what comes next. */
  hurry?(): void;
  close(): Promise<void>;
}

export interface BusStatus {
  readonly isWritable: boolean;
  /** Why appends fail, for people and programs. */
  readonly problem?: { readonly code: string; readonly message: string };
  /** What an acknowledged entry survives, as determined at start, and why not more. `process death` is kill -9 of any process. */
  readonly durability: { readonly survives: 'power loss' | 'process death' | 'nothing'; readonly message: string };
  readonly sizeBytes: number;
  readonly maxBytes: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly consumers: readonly { readonly name: string; readonly position: number; readonly pending: number }[];
}

export interface Bus {
  /** Resolves when all entries are on disk (fsync), with the last position; they keep their order. Rejects with `BUS_FULL`
   * when only entries that a durable consumer still needs are left to remove (alarms and the like go on for days, `reserve.ts`), `BUS_UNAVAILABLE` when the disk or server fails. After a
   * rejection nothing is on the log when it lives in this process; a server may have kept some, and has them once if the ids come again. */
  append(entries: readonly Entry[]): Promise<number>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Removes a durable consumer whose consumptions are closed; the log no longer waits for it. Unknown names are ignored. */
  forget(name: string): Promise<void>;
  status(): Promise<BusStatus>;
  /** A consistent copy of its files into an empty folder while it works on; absent where a server keeps them. */
  copyTo?(folder: string): Promise<void>;
  /** Finishes appends in progress, then ends all consumptions. */
  close(): Promise<void>;
}
