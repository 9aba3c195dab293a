/** What a store has beyond the common contract. Its driver declares which; the store carries an object for each. */
import type { Ahead } from './ahead.ts';
import type { LedgerRow, RejectedReading } from './store.ts';

export interface StoreCapabilities {
  /** The store may commit late, if its writer says what is coming. */
  readonly ahead?: Ahead;
  /** The store has no transactions across readings and position, and keeps a checkpoint of a batch in progress. */
  readonly checkpoint?: Checkpoint;
  /** The server may refuse single points for their content. */
  readonly rejectedPoints?: RejectedPoints;
}

export type StoreCapability = keyof StoreCapabilities;

export interface Checkpoint {
  /**
   * Where the batch ends that this writer has begun and not committed: it may be in the store in part, so the writer's next batch must end exactly
   * there (`STORE_CONFLICT` otherwise). Undefined: none was begun. Ask it after `committed()`; a batch that another process commits in between is
   * found by `after`.
   */
  pendingUpTo(writer: string): Promise<number | undefined>;
  /** Begins a writer behind a position with the ledger of a store that was moved here; one that has begun already is left as it is. */
  adopt(writer: string, position: number, rows: readonly LedgerRow[]): Promise<void>;
}

export interface RejectedPoints {
  /**
   * `keep` is awaited with the readings of this writer's batch that the server refuses, before they are committed as quarantined; the rest of the
   * batch is stored. It may be called again with the same readings after a crash. If it rejects, the batch is not committed. Returns the function
   * that ends it.
   */
  onRejected(writer: string, keep: (rejected: readonly RejectedReading[]) => Promise<void>): () => void;
}
