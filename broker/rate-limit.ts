/** A device above its rate is read more slowly; what it sends meanwhile stays in its socket, unacknowledged. */
import { createTokenBucket } from '../base/token-bucket.ts';

export interface Pace {
  /** One more publish. True where a pause begins with it. */
  count(): boolean;
  /** Whether its socket is not to be read now. */
  isHeld(): boolean;
}

export interface PaceOptions {
  readonly perSecond: number;
  /** Ms. */
  readonly monotonic: () => number;
  /** The pause is over. */
  readonly wake: () => void;
}

export function createPace({ perSecond, monotonic, wake }: PaceOptions): Pace {
  const bucket = createTokenBucket(perSecond, monotonic);
  let heldUntil = 0;
  let waking: NodeJS.Timeout | undefined;
  const isHeld = () => heldUntil > 0 && heldUntil > monotonic();

  /** A timer may fire up to a millisecond early, since it counts whole ones: a socket that is still held then must not be left asleep. */
  function wakeLater(): NodeJS.Timeout {
    const leftMs = Math.max(0, heldUntil - monotonic());
    return setTimeout(() => {
      waking = isHeld() ? wakeLater() : undefined;
      if (waking === undefined) wake();
    }, leftMs + 1).unref();
  }

  return {
    count() {
      const aheadMs = bucket.take();
      if (aheadMs === 0) return false;
      const begins = !isHeld();
      heldUntil = monotonic() + aheadMs;
      waking ??= wakeLater();
      return begins;
    },
    isHeld,
  };
}
