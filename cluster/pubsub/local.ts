/** Pub/sub inside a single process. */
import { EventEmitter } from 'node:events';
import type { PubSub } from './pubsub.ts';

export function openLocalPubSub(): PubSub {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    publish(subject, message) {
      emitter.emit(subject, message);
    },
    async subscribe(subject, onMessage) {
      emitter.on(subject, onMessage);
      return () => emitter.off(subject, onMessage);
    },
    async close() {
      emitter.removeAllListeners();
    },
  };
}
