/** What stands in an entry of the log: canonical readings or quarantined messages, each with the tally of what was received to make it. */
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { QuarantineRecord } from './rejection.ts';

/** Subject `daoyu.readings.{park}.{kind}.{partition}`. */
export interface ReadingsEntry {
  readonly version: 1;
  readonly readings: readonly Reading[];
  readonly tallies: readonly Tally[];
}

/** Subject `daoyu.quarantine.{park}.{partition}`. */
export interface QuarantineEntry {
  readonly version: 1;
  readonly records: readonly QuarantineRecord[];
  readonly tallies: readonly Tally[];
}

/** Subject `daoyu.devices.{park}`. */
export interface DeviceEntry {
  readonly version: 1;
  readonly park: string;
  readonly device: string;
  readonly status: 'online' | 'offline';
  /** Epoch ms. */
  readonly at: number;
}
