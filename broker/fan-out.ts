/** Spares aedes the search for subscribers where there can be none: what a device publishes is read by HTTP, by SSE or from the log. */
import type { Aedes, Client, PublishPacket } from 'aedes';

type Done = (error?: Error) => void;
/** As aedes calls itself: its declarations leave out the client. */
type Publish = (packet: PublishPacket, client: Client | null | Done, done?: Done) => void;

/**
 * Behind each PUBACK, and for a last will, aedes looks for subscriptions, online and offline, and emits. A device may subscribe to its own
 * `errors` and `commands` only, and publish on neither. What is retained goes on to aedes, which keeps it.
 */
export function withoutFanOut(aedes: Aedes): void {
  const publish = aedes.publish.bind(aedes) as Publish;
  const override: Publish = (packet, client, done) => {
    const isOfDevice = typeof client === 'object' && client !== null && done !== undefined;
    if (isOfDevice && !packet.retain) done();
    else publish(packet, client, done);
  };
  aedes.publish = override as Aedes['publish'];
}
