/** How far a consumer has come in the log, for callers that wait until it has seen an entry. */
export class LogReach {
  /** Position of the newest entry seen. */
  position: number;
  #waiting: (() => void)[] = [];

  constructor(position: number) {
    this.position = position;
  }

  advance(position: number): void {
    this.position = Math.max(this.position, position);
    const calls = this.#waiting;
    this.#waiting = [];
    for (const call of calls) call();
  }

  /** Returns whether the position was reached in time. */
  async until(position: number, withinMs: number): Promise<boolean> {
    // Monotonic: the wall clock may jump.
    const deadline = performance.now() + withinMs;
    while (this.position < position && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.position >= position;
  }
}
