/** Reads the stream for one durable consumer: in order, each entry until it is acknowledged, across lost connections and restarts of the server. */

import { pause } from '../../base/pause.ts';
import type { ConsumerMessages, JsMsg, Nats, Subscription } from '../../engines/nats/connection.ts';
import type { Consumption, Delivery } from '../bus.ts';
import { createDeliveryWindow, type DeliveryWindow } from './delivery-window.ts';
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

/** How often a process that waits for a name asks whether its holder is gone. */
const ASK_HOLDER_EVERY_MS = 500;
const AGAIN_AFTER_MS = 500;
const PULL = { expires: 30_000, idle_heartbeat: 1000 } as const;
const CONFIRM_WITHIN_MS = 2000;

export async function openDurableConsumption(
  options: DurableConsumerOptions & { readonly onClose: () => void },
): Promise<Consumption> {
  const { nats, name, subjects, onClose } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const window = createDeliveryWindow((subject) => isWanted(subjects, subject));
  const puller = startPuller(options, window, signal);
  const keepingAlive = setInterval(() => {
    if (nats.isConnected) window.keepAlive();
  }, ACK_WAIT_MS / 3);

  async function* deliveries(): AsyncGenerator<Delivery> {
    while (!signal.aborted) {
      puller.throwIfFailed();
      const delivery = window.take();
      if (delivery === undefined) await window.changed();
      else yield delivery;
    }
  }

  return {
    [Symbol.asyncIterator]: deliveries,
    async close() {
      if (signal.aborted) return;
      closing.abort();
      clearInterval(keepingAlive);
      window.close();
      await puller.stopped();
      if (nats.isConnected) {
        await confirm(nats, name, window.released());
        puller.letGo();
        await nats.raw.flush().catch(() => {});
      }
      onClose();
    },
  };
}

interface Puller {
  throwIfFailed(): void;
  /** Resolves when nothing more is received; the name stays held. */
  stopped(): Promise<void>;
  /** Gives the name up for another process. */
  letGo(): void;
}

/** Waits until no other process holds the name, holds it and receives into the window, again after each loss of the connection. */
function startPuller(options: DurableConsumerOptions, window: DeliveryWindow, signal: AbortSignal): Puller {
  const { nats, name, maxInFlight, holder } = options;
  /** From then on the consumer on the server is ours, unless another process made it anew. */
  let hasPulled = false;
  let failure: unknown;
  let held: Subscription | undefined;
  let messages: ConsumerMessages | undefined;

  function letGo(): void {
    held?.unsubscribe();
    held = undefined;
  }

  /** Another process took the name while we were cut off, or began at the same moment. It gets what we have not acknowledged. */
  function stepBack(): void {
    letGo();
    hasPulled = false;
    window.reset();
  }

  /** Receives until the connection or the consumer is lost, or the server skips an entry. */
  async function pull(): Promise<void> {
    const found = hasPulled ? await find(nats, name) : undefined;
    if (found !== undefined && found.config.metadata?.holder !== holder) return stepBack();
    const info = await renewDurable(options);
    hasPulled = true;
    window.skipTo(floorOf(info));
    const consumer = nats.client.consumers.getConsumerFromInfo(info);
    let deliveries = 0;
    let pulled: ConsumerMessages | undefined;
    const callback = (message: JsMsg) => {
      deliveries += 1;
      // An entry sent to a dead connection would come again only later, behind its successors.
      if (message.info.deliverySequence === deliveries) window.receive(message);
      else void pulled?.close();
    };
    pulled = await consumer.consume({ ...PULL, max_messages: maxInFlight, bind: true, callback });
    messages = pulled;
    const statuses = pulled.status();
    const unwatch = nats.watch(() => void pulled?.close());
    try {
      if (signal.aborted) return;
      for await (const { type } of statuses) {
        if (type === 'no_responders' || type === 'consumer_deleted' || type === 'stream_not_found') break;
      }
    } finally {
      unwatch();
      messages = undefined;
      await pulled.close();
    }
  }

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
    letGo();
    window.wake();
  });

  return {
    throwIfFailed() {
      if (failure !== undefined) throw failure;
    },
    async stopped() {
      await messages?.close();
      await running;
    },
    letGo,
  };
}

/** Acknowledgements are sent without waiting; the next holder of the name must begin behind the last one. */
async function confirm(nats: Nats, name: string, released: number): Promise<void> {
  const deadline = performance.now() + CONFIRM_WITHIN_MS;
  while (nats.isConnected && performance.now() < deadline) {
    const info = await find(nats, name).catch(() => undefined);
    if (info === undefined || floorOf(info) >= released) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
