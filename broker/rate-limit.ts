/** Reads the socket of a device above its rate more slowly; packets stay there unacknowledged meanwhile. */
import { createTokenBucket } from '../base/token-bucket.ts';

export interface Pace {
  /** Counts one more publish. True if a pause starts with it. */
  count(): boolean;
  /** Whether its socket must not be read now. */
  isHeld(): boolean;
}

export interface PaceOptions {
  readonly perSecond: number;
  /** Ms. */
  readonly monotonic: () => number;
  /** Called at the end of the pause. */
  readonly wake: () => void;
}

export function createPace({ perSecond, monotonic, wake }: PaceOptions): Pace {
  const bucket = createTokenBucket(perSecond, monotonic);
  let heldUntil = 0;
  let waking: NodeJS.Timeout | undefined;
  const isHeld = () => heldUntil > 0 && heldUntil > monotonic();

  /** A timer may fire up to a millisecond early, because it counts whole milliseconds; a socket that is still held then needs another one. */
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
