/** What every store must do; run against each implementation. */
import type { Store } from '../../store/store.ts';
import { describeExactlyOnce } from './store/exactly-once.ts';
import { describeQuality } from './store/quality.ts';
import { describeQueries } from './store/queries.ts';
import { describeRemoval } from './store/removal.ts';
import { describeReopening } from './store/reopening.ts';
import { describeWindows } from './store/windows.ts';

export interface StoreFeatures {
  /** Reports readings that contradict stored values. */
  readonly findsConflicts?: true;
  /** Survives closing and opening again. */
  readonly reopen?: (store: Store) => Promise<Store>;
}

export function describeStore(name: string, features: StoreFeatures, open: () => Promise<Store>): void {
  describeExactlyOnce(name, open, features.findsConflicts === true);
  describeWindows(name, open);
  describeQuality(name, open);
  describeQueries(name, open);
  describeRemoval(name, open);
  if (features.reopen !== undefined) describeReopening(name, open, features.reopen);
}
