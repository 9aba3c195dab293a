/** Publishes what was refused on the `errors` topic of the device, at a rate that suits a 4G link. */
import { deviceKey } from '../base/keys.ts';
import { createTokenBucket, type TokenBucket } from '../base/token-bucket.ts';
import type { DeviceAddress } from '../base/topics.ts';
import type { Rejection } from '../bus/rejection.ts';

/** Resolves once the broker has taken the message. */
export type Tell = (device: DeviceAddress, channel: 'errors', payload: string) => Promise<void>;

/** A burst for an engineer at the bench, then one message every three seconds; its `heldBack` counts the ones left out. */
const BURST = 20;
const PER_SECOND = 1 / 3;
const MAX_DEVICES = 20_000;

interface Quota {
  readonly bucket: TokenBucket;
  heldBack: number;
}

export interface DeviceErrors {
  /** Never fails and is not awaited: a device that is not subscribed still gets its PUBACK. */
  report(device: DeviceAddress, receivedAt: number, reasons: readonly Rejection[]): void;
  readonly counts: { readonly told: number; readonly heldBack: number; readonly failed: number };
}

export function createDeviceErrors(tell: Tell): DeviceErrors {
  const quotas = new Map<string, Quota>();
  const counts = { told: 0, heldBack: 0, failed: 0 };

  /** Time of receipt of the newest message, the clock of the rate limit. */
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

/** Reports the first problem per code and field of a message, with a count. */
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
