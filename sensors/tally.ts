/** Counts of received, duplicate and quarantined readings per device. */

/** What was received to make the readings of a batch, per device; the ledger is the sum of these. received = readings + duplicate + quarantined. */
export interface Tally {
  readonly park: string;
  readonly device: string;
  readonly received: number;
  readonly duplicate: number;
  readonly quarantined: number;
}
