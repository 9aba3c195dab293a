/** Another broker sends its retained messages again at each subscription: recognises those that we already have. */
import type { InboundMessage } from '../broker.ts';

/** Number of devices; beyond it the least recently seen are forgotten, and their status is taken once more. */
const MAX_TOPICS = 10_000;
/** A status is one word; a longer one is a mistake, and compared by its beginning and length only. */
const KEPT_BYTES = 64;

type Said = Pick<InboundMessage, 'channel' | 'topic' | 'payload' | 'isRetained'>;

export interface RetainedStatuses {
  /** Whether it repeats the last durable message on its topic. */
  isKnown(message: Said): boolean;
  /** Call once it is durable, live or retained. */
  remember(message: Said): void;
}

export function rememberStatuses(): RetainedStatuses {
  const last = new Map<string, string>();
  return {
    isKnown: ({ channel, topic, payload, isRetained }) =>
      channel === 'status' && isRetained === true && last.get(topic) === textOf(payload),
    remember({ channel, topic, payload }) {
      if (channel !== 'status') return;
      last.delete(topic);
      last.set(topic, textOf(payload));
      const [oldest] = last.keys();
      if (last.size > MAX_TOPICS && oldest !== undefined) last.delete(oldest);
    },
  };
}

function textOf(payload: Uint8Array): string {
  return `${payload.length} ${Buffer.from(payload.subarray(0, KEPT_BYTES)).toString('latin1')}`;
}
