/** A durable consumer of the log that takes deliveries in groups and, should the log fail it, begins again behind its last acknowledgement. */

import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { pause } from '../base/pause.ts';
import { type BatchLimits, gather } from './batch.ts';
import type { Bus, Consumption, Delivery } from './bus.ts';

const AGAIN_AFTER_MS = 1000;

export interface ConsumerOptions extends BatchLimits {
  readonly bus: Pick<Bus, 'consume'>;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly log: Log;
  /**
   * Deliveries up to this position were taken before, whatever the log remembers of it: acknowledged at once. Held in a group, they would fill what
   * may be out at one time, and the end of a begun batch would never come.
   */
  readonly passed?: () => number;
  /** Deliveries are acknowledged when it resolves; it gives up, with a rejection, only because of the signal. */
  readonly take: (deliveries: readonly Delivery[], signal: AbortSignal) => Promise<void>;
}

/** Resolves when the consumer exists, so that the log keeps for it whatever comes. */
export async function startConsumer(options: ConsumerOptions): Promise<{ close(): Promise<void> }> {
  const { bus, name, subjects, log, take, maxDeliveries, reach = () => 0, passed = () => 0 } = options;
  const stopping = new AbortController();
  const maxInFlight = () => Math.max(2 * maxDeliveries, reach() - passed());
  const consume = () => bus.consume({ name, subjects, from: 'first', maxInFlight: maxInFlight() });
  let consumption = await consume();

  async function* fresh(current: Consumption): AsyncGenerator<Delivery> {
    for await (const delivery of current) {
      if (delivery.position <= passed()) delivery.ack();
      else yield delivery;
    }
  }

  async function follow(current: Consumption): Promise<void> {
    for await (const deliveries of gather(fresh(current), options)) {
      if (stopping.signal.aborted) return;
      await take(deliveries, stopping.signal);
      for (const delivery of deliveries) delivery.ack();
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      try {
        await follow(consumption);
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.error({ code: codeOf(error), err: error, consumer: name }, 'consumer of the log failed; it begins again');
        await consumption.close();
        await pause(AGAIN_AFTER_MS, stopping.signal);
        if (stopping.signal.aborted) return;
        consumption = await consume();
      }
    }
  }

  const running = run().catch((error: unknown) => {
    log.error({ code: codeOf(error), err: error, consumer: name }, 'consumer of the log ended');
  });

  return {
    async close() {
      stopping.abort();
      await consumption.close();
      await running;
    },
  };
}
