/** What keeps a consumer from continuing: logged when it changes, answered with growing pauses. */
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { pause } from '../base/pause.ts';
import type { BackOff, Consumer } from './handler.ts';

export class ConsumerProblem {
  /** Absent while the consumer works. */
  current: ReturnType<Consumer['status']>['problem'];
  #failures = 0;
  readonly #name: string;
  readonly #log: Log;
  readonly #backOff: BackOff;

  constructor(name: string, log: Log, backOff: BackOff) {
    this.#name = name;
    this.#log = log;
    this.#backOff = backOff;
  }

  /** Resolves when it is time to try again, or at once if the signal aborts. */
  async failed(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    const code = codeOf(error);
    const consumer = this.#name;
    if (this.current?.code !== code)
      this.#log.warn({ consumer, code, err: error }, `${consumer} cannot continue, and retries: ${message}`);
    this.current = { code, message };
    const { firstMs, maxMs } = this.#backOff;
    await pause(Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures, 30)), signal);
    this.#failures += 1;
  }

  recovered(position: number): void {
    const consumer = this.#name;
    this.#failures = 0;
    if (this.current !== undefined) this.#log.info({ consumer, position }, `${consumer} works again`);
    this.current = undefined;
  }
}
