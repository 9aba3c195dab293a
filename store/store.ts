/** Time series: what may be relied on, whichever implementation stands behind it. */
import type { Flag } from '../sensors/flag.ts';
import type { Reading } from '../sensors/reading.ts';

/** What was received to make the readings of a batch, per device; the ledger is the sum of these. received = readings + duplicate + quarantined. */
export interface Tally {
  readonly park: string;
  readonly device: string;
  readonly received: number;
  readonly duplicate: number;
  readonly quarantined: number;
}

export interface Batch {
  readonly readings: readonly Reading[];
  readonly tallies: readonly Tally[];
}

export interface WriteOutcome {
  readonly stored: number;
  readonly duplicate: number;
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
  readonly aggregates: readonly Aggregate[];
  /** More points than this in the answer: `QUERY_TOO_LARGE`, before memory is spent. */
  readonly maxPoints: number;
  readonly signal?: AbortSignal;
}

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
}

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

export interface Store {
  /**
   * Commits readings, tallies and position together; a batch at or below the committed position changes nothing, and is answered with zeros.
   * A reading whose (park, device, time) is stored adds only fields the stored one lacks (counted as stored when it adds any, else as duplicate):
   * the first value of a field wins. Rejects with `STORE_UNAVAILABLE`; nothing of the batch is kept then.
   */
  write(batch: Batch, position: number): Promise<WriteOutcome>;
  /** The position and the ledger that were committed with it. */
  committed(): Promise<{ readonly position: number; readonly ledger: readonly LedgerRow[] }>;
  /** One series a device, site and field; no empty ones. Points in order of time. */
  series(query: SeriesQuery): Promise<readonly Series[]>;
  /** One a device and kind, by measured time. */
  latest(filter: Partial<SeriesFilter>): Promise<readonly Latest[]>;
  /** Raw readings in order of time, streamed. */
  export(query: Omit<SeriesQuery, 'every' | 'aggregates' | 'maxPoints'>): AsyncIterable<Reading>;
  /** Removes raw readings and 1-minute rollups measured before these times; hourly rollups stay. */
  forget(before: { readonly raw?: number; readonly minute?: number }): Promise<void>;
  status(): Promise<StoreStatus>;
  close(): Promise<void>;
}
