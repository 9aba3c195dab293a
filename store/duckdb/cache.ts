/** The part of its file that the embedded store keeps in memory. */

import type { LatestState } from '../latest.ts';
import type { LedgerCounts } from '../tallies.ts';
import type { Names } from './names.ts';

/** Changes only after a commit. */
export interface Cache {
  /** By writer. */
  readonly positions: Map<string, number>;
  readings: number;
  /** Rows that wait to be folded in; see `changes.ts`. */
  changes: number;
  readonly devices: Names;
  readonly sites: Names;
  readonly ledger: Map<string, LedgerCounts>;
  /** By `park/device/kind`. */
  readonly latest: Map<string, LatestState>;
  /** By rollup table: windows before it are summed, except dirty ones. */
  readonly rolledUpTo: Map<string, number>;
  /** By raw or rollup table: rows of readings before it were removed. */
  readonly keptSince: Map<string, number>;
  /** Columns of each raw table in the order of the file. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}
