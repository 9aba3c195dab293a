/** Named timers, one per name: started unless running, or restarted; all stop together. */

export interface Timers {
  /** Runs `work` after `ms`, unless the timer of this name runs already. */
  once(name: string, ms: number, work: () => void): void;
  /** Runs `work` after `ms`, in place of the pending work of this name. */
  restart(name: string, ms: number, work: () => void): void;
  stop(name: string): void;
  close(): void;
}

export function createTimers(): Timers {
  const running = new Map<string, ReturnType<typeof setTimeout>>();
  let isClosed = false;

  function stop(name: string): void {
    clearTimeout(running.get(name));
    running.delete(name);
  }

  function restart(name: string, ms: number, work: () => void): void {
    stop(name);
    if (isClosed) return;
    const timer = setTimeout(() => {
      running.delete(name);
      work();
    }, ms);
    running.set(name, timer);
  }

  return {
    once(name, ms, work) {
      if (!running.has(name)) restart(name, ms, work);
    },
    restart,
    stop,
    close() {
      isClosed = true;
      for (const name of [...running.keys()]) stop(name);
    },
  };
}
