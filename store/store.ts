/** Time series: the contract of every implementation. */
import type { Flag } from '../sensors/flag.ts';
import type { JudgedReading } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { StoreCapabilities } from './capabilities.ts';

export interface Batch {
  readonly readings: readonly JudgedReading[];
  readonly tallies: readonly Tally[];
}

/** A reading that the store will never accept, and why, in a sentence. */
export interface RejectedReading {
  readonly reading: Reading;
  readonly reason: string;
}

/** A reading that contradicts the stored one of the same time: the stored values are kept. */
export interface ConflictingReading {
  readonly reading: Reading;
  /** Stored value of each field that it contradicts. */
  readonly stored: Readonly<Record<string, number>>;
  /** It added nothing, so it counts as quarantined and not as a duplicate. */
  readonly isWhole: boolean;
}

export interface WriteOptions {
  /** Which of several writers of one store; default `DEFAULT_WRITER`. Two writers never write readings of the same device at the same time. */
  readonly writer?: string;
  /** Position after which the batch begins. If given, a batch that does not follow the writer's last one is a `STORE_CONFLICT`. */
  readonly after?: number;
  /**
   * Awaited with the readings that contradict stored ones, before the batch is committed; may be called again after a crash. Without it they are
   * duplicates. InfluxDB does not call it, because it is only queried for the fields of a late reading, not for their values.
   */
  readonly onConflict?: (conflicting: readonly ConflictingReading[]) => Promise<void>;
}

export interface WriteOutcome {
  readonly stored: number;
  readonly duplicate: number;
  /** Counted as quarantined: they contradict what is stored, or are rejected points; absent: none. */
  readonly refused?: number;
}

export const DEFAULT_WRITER = 'store-writer';

/** How far one writer has come. */
export interface Progress {
  readonly position: number;
}

export interface Committed {
  /** By name of the writer; a writer that never wrote is absent. */
  readonly writers: Readonly<Record<string, Progress>>;
  readonly ledger: readonly LedgerRow[];
}

export interface LedgerRow extends Tally {
  readonly stored: number;
}

export const AGGREGATES = ['mean', 'min', 'max', 'first', 'last', 'count', 'sum'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** A window: fixed (a divisor or multiple of a day) or of the calendar; all start on `Asia/Shanghai` boundaries, weeks on Monday. */
export interface Every {
  readonly count: number;
  readonly unit: 'ms' | 'day' | 'week' | 'month';
}

/** `good` leaves out doubtful values (`sensors/flag.ts`). */
export const QUALITIES = ['good', 'all'] as const;
export type Quality = (typeof QUALITIES)[number];

export interface SeriesFilter {
  readonly kind: string;
  readonly park?: string;
  readonly site?: string;
  readonly device?: string;
}

export interface SeriesQuery extends SeriesFilter {
  readonly fields: readonly string[];
  /** Epoch ms, inclusive. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
  /** Absent: raw readings. */
  readonly every?: Every;
  /** Default `all`. */
  readonly quality?: Quality;
  readonly aggregates: readonly Aggregate[];
  /** More points than this in the answer: `QUERY_TOO_LARGE`, before memory is spent. */
  readonly maxPoints: number;
  readonly signal?: AbortSignal;
}

export type ExportQuery = Omit<SeriesQuery, 'every' | 'aggregates' | 'maxPoints'>;

/** Time (the window's start if aggregated), value, and the flags of its values. */
export type Point =
  | readonly [time: number, value: number]
  | readonly [time: number, value: number, flags: readonly Flag[]];

export interface Series {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly field: string;
  readonly aggregate: Aggregate | 'raw';
  readonly points: readonly Point[];
  /** For windows, one per point: number of values used. */
  readonly used?: readonly number[];
  /** For windows, one per point: number of doubtful values left out; none with `all`. */
  readonly excluded?: readonly number[];
  /** Windows in which every value was left out, in order of time; absent: none. */
  readonly doubted?: readonly DoubtedWindow[];
}

export type DoubtedWindow = readonly [start: number, excluded: number, flags: readonly Flag[]];

/** Each field's newest value by measured time; `time`, `receivedAt`, `seq` are those of the newest reading. */
export interface Latest extends Reading {
  /** Measured times of the fields that the newest reading does not carry. */
  readonly olderFields?: Readonly<Record<string, number>>;
}

/** What is stored of one device, whatever its kind and site. */
export interface Holding {
  readonly readings: number;
  /** Measured times, epoch ms; absent where nothing is stored. */
  readonly first?: number;
  readonly last?: number;
}

export type OneDevice = Pick<Reading, 'park' | 'device'>;

export interface StoreStatus {
  readonly isWritable: boolean;
  readonly problem?: { readonly code: string; readonly message: string };
  readonly readings: number;
  readonly sizeBytes: number;
}

export interface Store extends StoreCapabilities {
  /**
   * Commits readings, tallies and the writer's position together; a batch at or below that position changes nothing, and is answered with zeros.
   * A reading whose (park, device, time) is stored adds only fields the stored one lacks (counted as stored when it adds any, else as duplicate):
   * the first value of a field wins. Rejects with `STORE_UNAVAILABLE`: nothing is committed, and the same batch must be written again. Rejects with
   * `STORE_CONFLICT`, which changes nothing, if the batch does not begin at `after`, because another process has taken over as this writer: call
   * `committed()` and continue from there. A follower of the log always gives `after`: without it, entries that another process committed since the
   * last answer would count again.
   */
  write(batch: Batch, position: number, options?: WriteOptions): Promise<WriteOutcome>;
  /** Every writer's position and the ledger, as they were committed together. */
  committed(): Promise<Committed>;
  /** One series per device, site and field; none without points or doubtful windows. Points in order of time. */
  series(query: SeriesQuery): Promise<readonly Series[]>;
  /** One per device and kind, by measured time. */
  latest(filter: Partial<SeriesFilter>): Promise<readonly Latest[]>;
  /** Raw readings in order of time, streamed. */
  export(query: ExportQuery): AsyncIterable<Reading>;
  /** Removes raw readings and 1-minute rollups measured before these times; hourly rollups, if the store has them, stay. */
  forget(before: { readonly raw?: number; readonly minute?: number }): Promise<void>;
  holding(device: OneDevice): Promise<Holding>;
  /**
   * Removes for good what is stored of a device: readings, sums and newest values. The ledger keeps its counts: it says what became of what was
   * received. What a writer commits afterwards is stored as ever. Rejects with `STORE_UNAVAILABLE`: some of it may be gone, and asking again removes the rest.
   */
  remove(device: OneDevice): Promise<void>;
  /** `health` asks only whether the store takes readings: nothing is committed for the answer, so `readings` may be some seconds old. */
  status(of?: 'health'): Promise<StoreStatus>;
  /** Reads everything and checks its consistency; returns the faults in sentences. Absent if a server keeps the files. */
  faults?(): Promise<readonly string[]>;
  /** Copies its files consistently into an empty folder; writers wait meanwhile. Absent if a server keeps the files. */
  copyTo?(folder: string): Promise<void>;
  close(): Promise<void>;
}
