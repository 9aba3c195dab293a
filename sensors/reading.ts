/** What one device measured at one time: the canonical form on the log, in the store and in every API. */
import type { Flag } from './flag.ts';

export interface Reading {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  /** Epoch ms, measured: the device's clock, or `receivedAt` when the device sent none. With park and device it is the identity. */
  readonly time: number;
  /** Epoch ms, when the broker had it. */
  readonly receivedAt: number;
  /** The device's own counter, if it sends one. */
  readonly seq?: number;
  /** Canonical field names and units (see the kind); booleans as 0/1. Never empty, always finite. */
  readonly values: Readonly<Record<string, number>>;
  /** Only for fields that are suspect. */
  readonly flags?: Readonly<Record<string, readonly Flag[]>>;
  /** Texts carried with a reading: shipment, batch, mission (only those the kind names). */
  readonly attributes?: Readonly<Record<string, string>>;
}

type Times = Pick<Reading, 'time' | 'receivedAt'>;

/** When it was measured, as far as that can be: nothing was measured after it was received, whatever a clock that runs fast says. Epoch ms. */
export const knownBy = ({ time, receivedAt }: Times): number => Math.min(time, receivedAt);

/** Whether one is the newer measurement: a reading stamped ahead of its receipt does not hold back those that follow it. */
export function isNewer(one: Times, other: Times): boolean {
  const [first, second] = [knownBy(one), knownBy(other)];
  return first > second || (first === second && one.time > other.time);
}
