/** One reader of alarm changes: buffers them between reads. */
import type { Alarm } from './alarm.ts';

const MAX_BUFFERED = 1000;

export class AlarmFollower {
  #alarms: Alarm[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  /** Ends the follower if it lags behind too far: it must list again. */
  push(alarm: Alarm): void {
    if (this.#isEnded) return;
    this.#alarms.push(alarm);
    if (this.#alarms.length > MAX_BUFFERED) this.end();
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *alarms(): AsyncGenerator<Alarm> {
    for (;;) {
      const alarms = this.#alarms;
      this.#alarms = [];
      yield* alarms;
      if (this.#alarms.length > 0) continue;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
