/** Work in progress, such as publishes without their PUBACK. */
export interface Pending {
  /** Settles with the work. */
  track(work: Promise<unknown>): Promise<void>;
  /** Resolves once nothing is in progress. */
  idle(): Promise<void>;
}

export function createPending(): Pending {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    async track(work) {
      count += 1;
      try {
        await work;
      } finally {
        count -= 1;
        if (count === 0) {
          for (const resolve of waiting) resolve();
          waiting = [];
        }
      }
    },
    idle() {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
