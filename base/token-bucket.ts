/** A sustained rate with bursts. */

export interface TokenBucket {
  /** Takes one or more, even beyond the rate, and returns by how many ms that exceeds it: 0 within the burst. */
  take(count?: number): number;
  /** Takes one if the rate allows it. */
  tryTake(): boolean;
}

const BURST_SECONDS = 10;
/** Tokens are fractions, so that 3000 ms at one token in three seconds make one. */
const ROUNDING = 1e-9;

/** `clock` in ms; a step back adds nothing. */
export function createTokenBucket(perSecond: number, clock: () => number, burstSeconds = BURST_SECONDS): TokenBucket {
  const capacity = perSecond * burstSeconds;
  let tokens = capacity;
  let filledAt = clock();

  function fill(): void {
    const now = Math.max(filledAt, clock());
    tokens = Math.min(capacity, tokens + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
  }

  return {
    take(count = 1) {
      fill();
      tokens -= count;
      return tokens >= 0 ? 0 : (-tokens * 1000) / perSecond;
    },
    tryTake() {
      fill();
      if (tokens < 1 - ROUNDING) return false;
      tokens -= 1;
      return true;
    },
  };
}
