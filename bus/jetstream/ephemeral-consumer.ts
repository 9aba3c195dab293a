/** Reads the stream from anywhere without a place of its own on the server: for the ledger and live views. */
import { DaoyuError } from '../../base/errors.ts';
import { pause } from '../../base/pause.ts';
import type { Consumer, ConsumerMessages, Nats } from '../../engines/nats/connection.ts';
import type { Consumption, Delivery } from '../bus.ts';
import { filterOf, isWanted, type Start, startBehind } from './durable-consumer.ts';
import { STREAM } from './stream.ts';

const AGAIN_AFTER_MS = 500;

interface Ephemeral {
  readonly consumer: Consumer;
  readonly messages: ConsumerMessages;
}

/**
 * An ephemeral one: nothing to acknowledge, nothing left behind. Over lost connections and killed servers the client makes its consumer anew behind the
 * last entry; where it gives up, after thirty tries on a quiet log, we do not.
 */
export async function openEphemeralConsumption(options: {
  readonly nats: Nats;
  readonly subjects: readonly string[];
  readonly start: Start;
  readonly onClose: () => void;
}): Promise<Consumption> {
  const { nats, subjects, start, onClose } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let position = 'opt_start_seq' in start ? start.opt_start_seq - 1 : 0;
  let begunAt = 0;
  let place = await begin();

  async function begin(): Promise<Ephemeral> {
    begunAt = performance.now();
    return await nats.ask(async () => {
      const consumer = await nats.client.consumers.get(STREAM, {
        ...startBehind(position),
        filter_subjects: filterOf(subjects).filter_subject ?? '>',
      });
      return { consumer, messages: await consumer.consume({ expires: 5000, idle_heartbeat: 1000 }) };
    });
  }

  /** Not waited for: what stays on the server goes by itself. */
  async function end({ consumer, messages }: Ephemeral): Promise<void> {
    await messages.close();
    if (nats.isConnected) void consumer.delete().catch(() => {});
  }

  async function beginAgain(): Promise<void> {
    await end(place);
    while (!signal.aborted) {
      if (nats.raw.isClosed()) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
      try {
        place = await begin();
        if (signal.aborted) await end(place);
        return;
      } catch {
        await pause(AGAIN_AFTER_MS, signal);
      }
    }
  }

  async function* deliveries(): AsyncGenerator<Delivery> {
    let again: number | undefined;
    while (!signal.aborted) {
      try {
        for await (const message of place.messages) {
          if (signal.aborted) return;
          if (message.seq <= position) continue;
          const { subject, timestampNanos } = message;
          const before = position;
          position = message.seq;
          if (!isWanted(subjects, subject)) continue;
          yield {
            subject,
            data: message.string(),
            position: message.seq,
            appendedAt: Number(timestampNanos / 1_000_000n),
            ack() {},
            retry(delayMs) {
              position = before;
              again = delayMs;
            },
          };
          if (again !== undefined) break;
        }
      } catch {
        // The server no longer has the consumer: made anew as well.
      }
      // Not in a circle: a server that takes it away as often as it is made is asked now and then.
      await pause(again ?? Math.max(0, begunAt + AGAIN_AFTER_MS - performance.now()), signal);
      again = undefined;
      await beginAgain();
    }
  }

  return {
    [Symbol.asyncIterator]: deliveries,
    async close() {
      if (signal.aborted) return;
      closing.abort();
      await end(place);
      onClose();
    },
  };
}
