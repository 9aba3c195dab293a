/** Pub/sub on core NATS: nothing is stored, nothing is awaited. */
import type { Log } from '../../base/logger.ts';
import { openNats } from '../../engines/nats/connection.ts';
import type { PubSub } from './pubsub.ts';

/** Outside of the stream, which takes `daoyu.>`. */
const PREFIX = '_DAOYU.pubsub.';

export async function openNatsPubSub({
  url,
  log,
}: {
  readonly url: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
}): Promise<PubSub> {
  const nats = await openNats({ url, name: 'daoyu pubsub', log });
  return {
    publish(subject, message) {
      // Without a connection the client would buffer it and deliver it when it no longer matters.
      if (nats.isConnected) nats.raw.publish(PREFIX + subject, JSON.stringify(message));
    },
    async subscribe(subject, onMessage, group) {
      const subscription = nats.raw.subscribe(PREFIX + subject, {
        ...(group !== undefined && { queue: group }),
        callback(error, message) {
          if (error !== null) return;
          const value = parse(message.string());
          if (value !== undefined) onMessage(value);
        },
      });
      await nats.raw.flush();
      return () => subscription.unsubscribe();
    },
    close: () => nats.close(),
  };
}

/** Undefined if the message is not ours. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
