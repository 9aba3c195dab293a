/** Capabilities of a store beyond the common contract. Its driver declares them; the store has an object for each. */
import type { Ahead } from './ahead.ts';
import type { LedgerRow, RejectedReading } from './store.ts';

export interface StoreCapabilities {
  /** The store may commit late, if its writer announces readings. */
  readonly ahead?: Ahead;
  /** The store has no transactions across readings and position, and keeps a checkpoint of a batch in progress. */
  readonly checkpoint?: Checkpoint;
  /** The server may reject single points for their content. */
  readonly rejectedPoints?: RejectedPoints;
}

export type StoreCapability = keyof StoreCapabilities;

export interface Checkpoint {
  /**
   * End of the batch that this writer has begun and not committed: it may be partly in the store, so the writer's next batch must end exactly there
   * (`STORE_CONFLICT` otherwise). Undefined: none. Call it after `committed()`; `after` detects a batch that another process commits in between.
   */
  pendingUpTo(writer: string): Promise<number | undefined>;
  /** Starts a writer after a position with the ledger of a store that was moved here; leaves a writer that has already started as it is. */
  adopt(writer: string, position: number, rows: readonly LedgerRow[]): Promise<void>;
}

export interface RejectedPoints {
  /**
   * Awaits `keep` with the readings of this writer's batch that the server rejects, before they are committed as quarantined; the rest of the batch is
   * stored. It may be called again with the same readings after a crash. If it rejects, the batch is not committed. Returns the function that stops it.
   */
  onRejected(writer: string, keep: (rejected: readonly RejectedReading[]) => Promise<void>): () => void;
}
