/** Time series: what may be relied on, whichever implementation stands behind it. */
import type { Flag } from '../sensors/flag.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { StoreCapabilities } from './capabilities.ts';

export interface Batch {
  readonly readings: readonly Reading[];
  readonly tallies: readonly Tally[];
}

/** A reading that the store will never take, and why, in a sentence. */
export interface RejectedReading {
  readonly reading: Reading;
  readonly reason: string;
}

/** A reading that says something else of a time than what is stored: the stored values stay. */
export interface ConflictingReading {
  readonly reading: Reading;
  /** Stored value of each field that it contradicts. */
  readonly stored: Readonly<Record<string, number>>;
  /** It added nothing, so it is counted as quarantined and not as a duplicate. */
  readonly isWhole: boolean;
}

export interface WriteOptions {
  /** Which of several writers of one store; default `DEFAULT_WRITER`. Two writers never write readings of the same device at one time. */
  readonly writer?: string;
  /** Position behind which the batch begins. Given, a batch that does not begin where the writer's last one ended is a `STORE_CONFLICT`. */
  readonly after?: number;
  /**
   * Awaited with the readings that contradict what is stored, before the batch is committed; may be called again after a crash. Without it they are
   * duplicates. InfluxDB does not call it: it is asked which fields a late reading has, not for their values.
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
  /** By name of the writer; one that never wrote is absent. */
  readonly writers: Readonly<Record<string, Progress>>;
  readonly ledger: readonly LedgerRow[];
}

export interface LedgerRow extends Tally {
  readonly stored: number;
}

export const AGGREGATES = ['mean', 'min', 'max', 'first', 'last', 'count', 'sum'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** A window: fixed (a divisor or multiple of a day) or of the calendar; all begin on `Asia/Shanghai` boundaries, weeks on Monday. */
export interface Every {
  readonly count: number;
  readonly unit: 'ms' | 'day' | 'week' | 'month';
}

/** `good` leaves out values that carry a doubt (`sensors/flag.ts`). */
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

/** Time (of the window's start when aggregated), value, and the flags met in it. */
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
  /** Of windows, beside each point: how many values it is made of. */
  readonly used?: readonly number[];
  /** Of windows, beside each point: how many doubted values were left out; with `all` none are. */
  readonly excluded?: readonly number[];
  /** Windows of which every value was left out, in order of time; absent: none. */
  readonly doubted?: readonly DoubtedWindow[];
}

export type DoubtedWindow = readonly [start: number, excluded: number, flags: readonly Flag[]];

/** Each field's newest value by measured time; `time`, `receivedAt`, `seq` are those of the newest reading. */
export interface Latest extends Reading {
  /** Measured times of the fields that the newest reading does not carry. */
  readonly olderFields?: Readonly<Record<string, number>>;
}

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
   * the first value of a field wins. Rejects with `STORE_UNAVAILABLE`: nothing is committed, and the same batch must come again. Rejects with
   * `STORE_CONFLICT`, which changes nothing, when the batch does not begin at `after`, because another process went on as this writer: ask
   * `committed()` and go on from there. Who continues a log always gives `after`: without, what another process committed
   * between its last answer and this batch would count again.
   */
  write(batch: Batch, position: number, options?: WriteOptions): Promise<WriteOutcome>;
  /** Every writer's position and the ledger, as they were committed together. */
  committed(): Promise<Committed>;
  /** One series a device, site and field; none without points and doubted windows. Points in order of time. */
  series(query: SeriesQuery): Promise<readonly Series[]>;
  /** One a device and kind, by measured time. */
  latest(filter: Partial<SeriesFilter>): Promise<readonly Latest[]>;
  /** Raw readings in order of time, streamed. */
  export(query: ExportQuery): AsyncIterable<Reading>;
  /** Removes raw readings and 1-minute rollups measured before these times; hourly rollups, where the store has them, stay. */
  forget(before: { readonly raw?: number; readonly minute?: number }): Promise<void>;
  status(): Promise<StoreStatus>;
  /** Reads all there is, and holds it against itself: what is wrong, in sentences. Absent where a server keeps the files. */
  faults?(): Promise<readonly string[]>;
  /** A consistent copy of its files into an empty folder; writers wait meanwhile. Absent where a server keeps them. */
  copyTo?(folder: string): Promise<void>;
  close(): Promise<void>;
}
