/** The sums per device that make up the ledger. */
import { deviceKey } from '../base/keys.ts';
import type { Tally } from '../sensors/tally.ts';
import type { LedgerRow, Progress } from './store.ts';

export interface LedgerCounts {
  received: number;
  duplicate: number;
  quarantined: number;
  stored: number;
}

const none = (): LedgerCounts => ({ received: 0, duplicate: 0, quarantined: 0, stored: 0 });

/** Changes of one batch, by `park/device`. */
export class LedgerChanges {
  readonly rows = new Map<string, LedgerCounts>();
  /** The same by park, then by device: keys are made once a device, not once a reading. */
  readonly #parks = new Map<string, Map<string, LedgerCounts>>();

  addTallies(tallies: readonly Tally[]): void {
    for (const { park, device, received, duplicate, quarantined } of tallies) {
      const row = this.#row(park, device);
      row.received += received;
      row.duplicate += duplicate;
      row.quarantined += quarantined;
    }
  }

  addOutcome(park: string, device: string, outcome: 'stored' | 'duplicate' | 'quarantined'): void {
    this.#row(park, device)[outcome] += 1;
  }

  #row(park: string, device: string): LedgerCounts {
    const known = this.#parks.get(park)?.get(device);
    if (known !== undefined) return known;
    const row = none();
    const ofPark = this.#parks.get(park);
    if (ofPark === undefined) this.#parks.set(park, new Map([[device, row]]));
    else ofPark.set(device, row);
    this.rows.set(deviceKey(park, device), row);
    return row;
  }
}

/** Adds changes to sums; returns the new sums of the changed rows. */
export function applyChanges(sums: Map<string, LedgerCounts>, changes: LedgerChanges): void {
  for (const [key, change] of changes.rows) sums.set(key, addCounts(sums.get(key), change));
}

export function addCounts(sum: LedgerCounts | undefined, change: LedgerCounts): LedgerCounts {
  const { received, duplicate, quarantined, stored } = sum ?? none();
  return {
    received: received + change.received,
    duplicate: duplicate + change.duplicate,
    quarantined: quarantined + change.quarantined,
    stored: stored + change.stored,
  };
}

export function ledgerRows(sums: ReadonlyMap<string, LedgerCounts>): LedgerRow[] {
  return [...sums].map(([key, counts]) => {
    const [park = '', device = ''] = key.split('/');
    return { park, device, ...counts };
  });
}

export function writersAt(positions: ReadonlyMap<string, number>): Record<string, Progress> {
  return Object.fromEntries([...positions].map(([writer, position]) => [writer, { position }]));
}
