/** Tells a device on its `errors` topic what was refused, at a rate that a 4G device can bear. */
import { deviceKey } from '../base/keys.ts';
import { createTokenBucket, type TokenBucket } from '../base/token-bucket.ts';
import type { DeviceAddress } from '../base/topics.ts';
import type { Rejection } from '../bus/rejection.ts';

/** Resolves when handed over; the composition root passes the broker's. */
export type Tell = (device: DeviceAddress, channel: 'errors', payload: string) => Promise<void>;

/** A burst while someone is at the desk with the device, then one every three seconds; `heldBack` of the next message counts those held back. */
const BURST = 20;
const PER_SECOND = 1 / 3;
const MAX_DEVICES = 20_000;

interface Quota {
  readonly bucket: TokenBucket;
  heldBack: number;
}

export interface DeviceErrors {
  /** Never fails and is not waited for: a device that cannot listen still gets its PUBACK. */
  report(device: DeviceAddress, receivedAt: number, reasons: readonly Rejection[]): void;
  readonly counts: { readonly told: number; readonly heldBack: number; readonly failed: number };
}

export function createDeviceErrors(tell: Tell): DeviceErrors {
  const quotas = new Map<string, Quota>();
  const counts = { told: 0, heldBack: 0, failed: 0 };

  /** When the newest message was received: the clock of the rate. */
  let now = 0;

  function quotaOf({ park, device }: DeviceAddress): Quota {
    const key = deviceKey(park, device);
    const known = quotas.get(key);
    if (known !== undefined) return known;
    const quota = { bucket: createTokenBucket(PER_SECOND, () => now, BURST / PER_SECOND), heldBack: 0 };
    quotas.set(key, quota);
    const [oldest] = quotas.keys();
    if (quotas.size > MAX_DEVICES && oldest !== undefined) quotas.delete(oldest);
    return quota;
  }

  return {
    counts,
    report(device, receivedAt, reasons) {
      now = receivedAt;
      for (const { reason, count } of grouped(reasons)) {
        const quota = quotaOf(device);
        if (!quota.bucket.tryTake()) {
          quota.heldBack += count;
          counts.heldBack += count;
          continue;
        }
        const { heldBack } = quota;
        quota.heldBack = 0;
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
