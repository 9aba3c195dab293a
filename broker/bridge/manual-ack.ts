/** Takes the PUBACKs of an MQTT.js client into our own hands. */
import type { IPublishPacket, MqttClient } from 'mqtt';

export interface ManualAck {
  /** The packet id of a QoS 1 publish that waits for its PUBACK; undefined for other packets. */
  messageIdOf(packet: IPublishPacket): number | undefined;
  /** Packet ids are valid on the connection that delivered the packet only: `stream` as it was then. */
  acknowledge(messageId: number, stream: MqttClient['stream']): void;
}

/**
 * MQTT.js acknowledges QoS 1 publishes in order of arrival and reads nothing meanwhile, which would allow one append at a time. So each packet is
 * turned into QoS 0 before MQTT.js handles it, and our PUBACK is sent when the message is durable.
 */
export function acknowledgeManually(client: MqttClient): ManualAck {
  const unacknowledged = new WeakMap<IPublishPacket, number>();
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'publish' || packet.qos !== 1 || packet.messageId === undefined) return;
    unacknowledged.set(packet, packet.messageId);
    packet.qos = 0;
  });
  return {
    messageIdOf: (packet) => unacknowledged.get(packet),
    acknowledge(messageId, stream) {
      // A PUBACK of two bytes means success in both versions [MQTT-3.4.2-1].
      if (stream === client.stream && !stream.destroyed)
        stream.write(Buffer.of(0x40, 2, messageId >> 8, messageId & 0xff));
    },
  };
}
