/** A sustained rate with bursts: says how long to hold back, never what to drop. */

export interface TokenBucket {
  /** Takes one or more; the answer is how many ms the taker is ahead of its rate, 0 while within the burst. */
  take(count?: number): number;
}

const BURST_SECONDS = 10;

/** `clock` in ms, monotonic. */
export function createTokenBucket(perSecond: number, clock: () => number, burstSeconds = BURST_SECONDS): TokenBucket {
  const capacity = perSecond * burstSeconds;
  let tokens = capacity;
  let filledAt = clock();
  return {
    take(count = 1) {
      const now = clock();
      tokens = Math.min(capacity, tokens + ((now - filledAt) * perSecond) / 1000) - count;
      filledAt = now;
      return tokens >= 0 ? 0 : (-tokens * 1000) / perSecond;
    },
  };
}
