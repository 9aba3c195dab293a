/**
 * Tells a device of MQTT 3.1.1 why its connection was closed: a publish on a topic that is not its own has no answer in that version. Told on `errors`
 * before the connection closes to a device that listens there, else as soon as it does.
 */
import { clientIdOf, type DeviceAddress, topicPrefix } from '../base/topics.ts';

export interface TopicNotices {
  /** Resolves when the connection may be closed. */
  refused(device: DeviceAddress, topic: string, isListening: boolean): Promise<void>;
  /** The device has subscribed to its `errors`. */
  listens(device: DeviceAddress): void;
}

export interface TopicNoticesOptions {
  readonly tell: (device: DeviceAddress, payload: string) => void;
  readonly clock: () => number;
}

const MOST = 1000;
/** For the message to leave before the connection does. */
const LEAVE_MS = 100;

export function createTopicNotices({ tell, clock }: TopicNoticesOptions): TopicNotices {
  const kept = new Map<string, string>();

  return {
    async refused(device, topic, isListening) {
      const own = `${topicPrefix(device)}telemetry`;
      const message = `${topic.slice(0, 200)} is not a topic of this device, and the connection is closed: publish on ${own}`;
      const payload = JSON.stringify({ code: 'TOPIC_FOREIGN', message, receivedAt: clock(), count: 1 });
      if (isListening) {
        tell(device, payload);
        await new Promise((resolve) => setTimeout(resolve, LEAVE_MS));
        return;
      }
      kept.delete(clientIdOf(device));
      kept.set(clientIdOf(device), payload);
      const [oldest] = kept.keys();
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
    },
    listens(device) {
      const payload = kept.get(clientIdOf(device));
      if (payload === undefined) return;
      kept.delete(clientIdOf(device));
      tell(device, payload);
    },
  };
}
