/** Tells a device on its `errors` topic what was refused, at a rate that a 4G device can bear. */
import type { DeviceAddress } from '../base/topics.ts';
import type { Rejection } from '../bus/rejection.ts';

/** Resolves when handed over; the composition root passes the broker's. */
export type Tell = (device: DeviceAddress, channel: 'errors', payload: string) => Promise<void>;

/** A burst while someone is at the desk with the device, then one every three seconds; what was held back shows in the next one's `count`. */
const BURST = 20;
const REFILL_MS = 3000;
const MAX_DEVICES = 20_000;

interface Bucket {
  tokens: number;
  refilledAt: number;
  heldBack: number;
}

export interface Teller {
  /** Never fails and is not waited for: a device that cannot listen still gets its PUBACK. */
  report(device: DeviceAddress, receivedAt: number, reasons: readonly Rejection[]): void;
  readonly counts: { readonly told: number; readonly heldBack: number; readonly failed: number };
}

export function createDeviceErrors(tell: Tell): Teller {
  const buckets = new Map<string, Bucket>();
  const counts = { told: 0, heldBack: 0, failed: 0 };

  function bucketOf({ park, device }: DeviceAddress, now: number): Bucket {
    const key = `${park}.${device}`;
    const bucket = buckets.get(key) ?? { tokens: BURST, refilledAt: now, heldBack: 0 };
    const refill = Math.max(0, Math.floor((now - bucket.refilledAt) / REFILL_MS));
    bucket.tokens = Math.min(BURST, bucket.tokens + refill);
    bucket.refilledAt += refill * REFILL_MS;
    if (!buckets.has(key)) {
      buckets.set(key, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > MAX_DEVICES && oldest !== undefined) buckets.delete(oldest);
    }
    return bucket;
  }

  return {
    counts,
    report(device, receivedAt, reasons) {
      for (const { reason, count } of grouped(reasons)) {
        const bucket = bucketOf(device, receivedAt);
        if (bucket.tokens <= 0) {
          bucket.heldBack += count;
          counts.heldBack += count;
          continue;
        }
        bucket.tokens -= 1;
        const { heldBack } = bucket;
        bucket.heldBack = 0;
        const payload = JSON.stringify({ ...reason, receivedAt, count, ...(heldBack > 0 && { heldBack }) });
        counts.told += 1;
        tell(device, 'errors', payload).catch(() => {
          counts.failed += 1;
        });
      }
    },
  };
}

/** Of the same code and field in one message only the first is told, with how many there were. */
function grouped(reasons: readonly Rejection[]): readonly { readonly reason: Rejection; readonly count: number }[] {
  if (reasons.length === 1 && reasons[0] !== undefined) return [{ reason: reasons[0], count: 1 }];
  const groups = new Map<string, { reason: Rejection; count: number }>();
  for (const reason of reasons) {
    const key = `${reason.code}.${reason.field ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { reason, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()];
}
