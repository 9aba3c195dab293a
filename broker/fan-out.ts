/** Spares aedes the search for subscribers if there can be none: telemetry is read over HTTP, SSE or from the log, not over MQTT. */
import type { Aedes, Client, PublishPacket } from 'aedes';

type Done = (error?: Error) => void;
/** The internal signature in aedes, whose type declarations omit the client. */
type Publish = (packet: PublishPacket, client: Client | null | Done, done?: Done) => void;

/**
 * After each PUBACK, and for a last will, aedes looks for online and offline subscriptions and emits. A device may subscribe only to its own `errors`
 * and `commands`, and publish on neither. Retained messages are still passed to aedes, which keeps them.
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
