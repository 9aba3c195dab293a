/** Packets that MQTT 3.1.1 forbids but the MQTT library accepts. They close the connection before the library sees them [MQTT-4.8.0-1]. */
import { fixedHeaderBytes } from './frame.ts';
import type { Lane } from './frame-guard.ts';

const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const PUBLISH = 3;
const DUP = 0x08;
const QOS = 0x06;
const PACKET_ID_BYTES = 2;

/** Checks small packets completely, and publishes by their first byte. */
export function strict<L extends Lane>(lane: L): L {
  const { mayTake, take } = lane;
  lane.mayTake = (bytes, start) => {
    const first = bytes[start] ?? 0;
    const type = first >> 4;
    if (type === PUBLISH && (first & QOS) === 0 && (first & DUP) !== 0) throw new Error('DUP at QoS 0 [MQTT-3.3.1-2]');
    return type === SUBSCRIBE || type === UNSUBSCRIBE || type === PINGREQ || mayTake(bytes, start);
  };
  lane.take = (bytes, start, end) => {
    const type = (bytes[start] ?? 0) >> 4;
    if (type !== SUBSCRIBE && type !== UNSUBSCRIBE && type !== PINGREQ) return take(bytes, start, end);
    check(type, bytes.subarray(start + fixedHeaderBytes(bytes, start), end));
    return false;
  };
  return lane;
}

function check(type: number, body: Buffer): void {
  if (type === PINGREQ) {
    if (body.length > 0) throw new Error('PINGREQ with a body [MQTT 3.12]');
    return;
  }
  if (body.length < PACKET_ID_BYTES || body.readUInt16BE(0) === 0)
    throw new Error('packet identifier 0 [MQTT-2.3.1-1]');
  if (body.length === PACKET_ID_BYTES) throw new Error('no topic filter [MQTT-3.8.3-3, MQTT-3.10.3-2]');
}
