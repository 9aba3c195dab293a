/** What another broker keeps retained comes again at each subscription: what we have as the last word of its topic says nothing new. */
import type { InboundMessage } from '../broker.ts';

/** Of devices; those heard of longest ago are forgotten, and then taken once more. */
const MAX_TOPICS = 10_000;
/** A status is a word; what is longer is a mistake, and is known by its beginning and its length. */
const KEPT_BYTES = 64;

type Said = Pick<InboundMessage, 'channel' | 'topic' | 'payload' | 'isRetained'>;

export interface RetainedStatuses {
  /** Whether it is the repetition of what was durable last on its topic. */
  isKnown(message: Said): boolean;
  /** After it was durable, live or retained. */
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
