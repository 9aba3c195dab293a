/** Reads the stream for one durable consumer: in order, each entry until it is acknowledged, over lost connections and restarts of the server. */

import { pause } from '../../base/pause.ts';
import type { ConsumerMessages, JsMsg, Nats, Subscription } from '../../engines/nats/connection.ts';
import type { Consumption, Delivery } from '../bus.ts';
import {
  ACK_WAIT_MS,
  type DurableConsumerOptions,
  find,
  hold,
  isHeld,
  isWanted,
  renewDurable,
} from './durable-consumer.ts';
import { floorOf } from './stream.ts';

/** How long another process may be gone before one that waits for its name goes on. */
const ASK_HOLDER_EVERY_MS = 500;
const AGAIN_AFTER_MS = 500;
const PULL = { expires: 30_000, idle_heartbeat: 1000 } as const;
const CONFIRM_WITHIN_MS = 2000;

interface Mark {
  readonly position: number;
  message: JsMsg;
  /** False for what the server could not leave out: it is never given, and settled from the beginning. */
  readonly isWanted: boolean;
  isSettled: boolean;
}

/**
 * A durable consumer. The unacknowledged entries wait here as well as on the server, so `retry` goes back without asking it, and what it gives twice is not
 * given on twice. Acknowledgements go out in order only, without holes: after a crash everything behind the first hole comes again, in order.
 */
export async function openDurableConsumption(
  options: DurableConsumerOptions & { readonly onClose: () => void },
): Promise<Consumption> {
  const { nats, name, subjects, maxInFlight, holder } = options;
  const closing = new AbortController();
  const { signal } = closing;
  /** Received and not yet acknowledged to the server, in order. */
  let window: Mark[] = [];
  /** Index in the window of the next to give. */
  let next = 0;
  /** Position up to which the server knows, or will know, that all is taken. */
  let released = 0;
  let seen = 0;
  /** From then on the consumer on the server is ours, unless another process made it anew. */
  let hasPulled = false;
  /** Grows with each rewind: what was given before it can no longer be acknowledged. */
  let epoch = 0;
  let delay: NodeJS.Timeout | undefined;
  let wakeUp: (() => void) | undefined;
  let failure: unknown;
  let held: Subscription | undefined;
  let messages: ConsumerMessages | undefined;

  function wake(): void {
    wakeUp?.();
    wakeUp = undefined;
  }

  function receive(message: JsMsg): void {
    const position = message.seq;
    if (position <= released) return message.ack(); // Its acknowledgement was lost.
    if (position <= seen) {
      const known = window.find((mark) => mark.position === position);
      if (known !== undefined) known.message = message;
      return;
    }
    seen = position;
    const wanted = isWanted(subjects, message.subject);
    window.push({ position, message, isWanted: wanted, isSettled: !wanted });
    if (window.length === 1) release();
    wake();
  }

  function release(): void {
    let count = 0;
    for (const { isSettled, message, position } of window) {
      if (!isSettled) break;
      message.ack();
      released = position;
      count += 1;
    }
    window = window.slice(count);
    next = Math.max(0, next - count);
  }

  function rewind(delayMs: number): void {
    epoch += 1;
    next = 0;
    for (const mark of window) mark.isSettled = !mark.isWanted;
    clearTimeout(delay);
    delay = setTimeout(() => {
      delay = undefined;
      wake();
    }, delayMs);
  }

  function deliver(mark: Mark): Delivery {
    const bornIn = epoch;
    const { subject, timestampNanos } = mark.message;
    return {
      subject,
      data: mark.message.string(),
      position: mark.position,
      appendedAt: Number(timestampNanos / 1_000_000n),
      ack() {
        if (mark.isSettled || bornIn !== epoch) return;
        mark.isSettled = true;
        if (window[0] === mark) release();
        wake();
      },
      retry(delayMs) {
        if (!mark.isSettled && bornIn === epoch) rewind(delayMs);
      },
    };
  }

  /** A slow store is no reason for the server to give everything again. */
  const working = setInterval(() => {
    if (nats.isConnected) for (const { message } of window) message.working();
  }, ACK_WAIT_MS / 3);

  /** Another process has the name now, since we were cut off or began at the same moment. What it does not acknowledge comes to us when it is gone. */
  function stepBack(): void {
    held?.unsubscribe();
    held = undefined;
    hasPulled = false;
    epoch += 1;
    window = [];
    next = 0;
    released = 0;
    seen = 0;
  }

  /** Pulls until the connection or the consumer is lost, or the server skips something. */
  async function pull(): Promise<void> {
    const found = hasPulled ? await find(nats, name) : undefined;
    if (found !== undefined && found.config.metadata?.holder !== holder) return stepBack();
    const info = await renewDurable(options);
    hasPulled = true;
    released = Math.max(released, floorOf(info));
    const consumer = nats.client.consumers.getConsumerFromInfo(info);
    let deliveries = 0;
    let pulled: ConsumerMessages | undefined;
    const callback = (message: JsMsg) => {
      deliveries += 1;
      // What went to a dead connection would come again only later, behind what follows it.
      if (message.info.deliverySequence === deliveries) receive(message);
      else void pulled?.close();
    };
    pulled = await consumer.consume({ ...PULL, max_messages: maxInFlight, bind: true, callback });
    messages = pulled;
    const statuses = pulled.status();
    const unwatch = nats.watch(() => void pulled?.close());
    try {
      if (closing.signal.aborted) return;
      for await (const { type } of statuses) {
        if (type === 'no_responders' || type === 'consumer_deleted' || type === 'stream_not_found') break;
      }
    } finally {
      unwatch();
      messages = undefined;
      await pulled.close();
    }
  }

  /** Waits for its turn, then pulls, again and again, until it is closed. */
  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!nats.isConnected) await pause(AGAIN_AFTER_MS, signal);
        else if (held !== undefined) await pull();
        else if (await isHeld(nats, name)) await pause(ASK_HOLDER_EVERY_MS, signal);
        else held = await hold(nats, name);
      } catch (error) {
        if (signal.aborted) return;
        if (nats.raw.isClosed()) throw error;
        await pause(AGAIN_AFTER_MS, signal);
      }
    }
  }

  const running = run().catch((error: unknown) => {
    failure = error;
    held?.unsubscribe();
    wake();
  });

  async function* deliveries(): AsyncGenerator<Delivery> {
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      const mark = delay === undefined ? window[next] : undefined;
      if (mark !== undefined) {
        next += 1;
        if (mark.isWanted) yield deliver(mark);
        continue;
      }
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
      });
    }
  }

  return {
    [Symbol.asyncIterator]: deliveries,
    async close() {
      if (signal.aborted) return;
      closing.abort();
      clearInterval(working);
      clearTimeout(delay);
      wake();
      await messages?.close();
      await running;
      if (nats.isConnected) {
        await confirm(nats, name, released);
        held?.unsubscribe();
        await nats.raw.flush().catch(() => {});
      }
      options.onClose();
    },
  };
}

/** Acknowledgements are sent without waiting; whoever comes next must begin behind the last one. */
async function confirm(nats: Nats, name: string, released: number): Promise<void> {
  const deadline = performance.now() + CONFIRM_WITHIN_MS;
  while (nats.isConnected && performance.now() < deadline) {
    const place = await find(nats, name).catch(() => undefined);
    if (place === undefined || floorOf(place) >= released) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
