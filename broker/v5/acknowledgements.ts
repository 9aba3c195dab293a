/** The PUBACKs and PUBRECs of a connection, with the outcome of each message: its reason code, and the names of refusals. */
import mqttPacket from 'mqtt-packet';
import type { RefusedReason } from '../broker.ts';
import { type EncodePubacks, pubacks } from '../puback.ts';
import { REASON, refusedReason } from './reasons.ts';

export interface AcknowledgementsOptions {
  /** QoS 2: known ids, until PUBREL [MQTT5-4.3.3-10]. */
  readonly received: Set<number>;
  /** Whether the client requests reasons [MQTT5-3.1.2-29]. */
  readonly hasProblemInformation: boolean;
  /** Reasons are left out if the packet would exceed the client's maximum [MQTT5-3.4.2-2]. */
  readonly maximumPacketSize: number;
  /** The acknowledgement of an oversized publish has been sent. */
  readonly onTooLarge: () => void;
}

export interface Acknowledgements {
  /** Intake's refusals of the message, before its verdict is durable. */
  note(id: number, reasons: readonly RefusedReason[], isWhole: boolean): void;
  /** The next publish with this id is QoS 2. */
  expectExactlyOnce(id: number): void;
  expectTooLarge(id: number): void;
  /** Waits for its verdict, at QoS 2. */
  isExpected(id: number): boolean;
  /** QoS 2 ids in use. */
  readonly open: number;
  /** For the express lane; id 0 is QoS 0. */
  readonly encode: EncodePubacks;
}

interface Told {
  readonly reason: number;
  readonly reasons: readonly RefusedReason[];
}

/** Most refusals named in one acknowledgement; all of them are published on `errors`. */
const MOST_NAMED = 8;

export function createAcknowledgements(options: AcknowledgementsOptions): Acknowledgements {
  const { received, hasProblemInformation, maximumPacketSize, onTooLarge } = options;
  const told = new Map<number, Told>();
  const exactlyOnce = new Set<number>();
  const tooLarge = new Set<number>();

  function encodeOne(messageId: number): Buffer {
    const { reason, reasons } = told.get(messageId) ?? { reason: REASON.success, reasons: [] };
    told.delete(messageId);
    const isExactlyOnce = exactlyOnce.delete(messageId);
    // A refused publish is complete: no PUBREL follows [MQTT5 4.3.3].
    if (isExactlyOnce && reason < 0x80) received.add(messageId);
    const packet = { cmd: isExactlyOnce ? 'pubrec' : 'puback', messageId, reasonCode: reason } as const;
    const [first] = reasons;
    if (hasProblemInformation && first !== undefined) {
      const codes = [...new Set(reasons.map(({ code }) => code))].slice(0, MOST_NAMED);
      const properties = { reasonString: first.message, userProperties: { code: codes } };
      const bytes = mqttPacket.generate({ ...packet, properties }, { protocolVersion: 5 });
      if (bytes.length <= maximumPacketSize) return bytes;
    }
    return mqttPacket.generate(packet, { protocolVersion: 5 });
  }

  return {
    note(id, reasons, isWhole) {
      const [first] = reasons;
      if (id === 0 || first === undefined) return;
      told.set(id, { reason: isWhole ? refusedReason(first.code) : REASON.success, reasons });
    },
    expectExactlyOnce: (id) => void exactlyOnce.add(id),
    expectTooLarge: (id) => void tooLarge.add(id),
    isExpected: (id) => exactlyOnce.has(id),
    get open() {
      return exactlyOnce.size + received.size;
    },
    encode(ids) {
      if (tooLarge.size > 0 && ids.some((id) => tooLarge.has(id))) onTooLarge();
      const asked = ids.includes(0) ? ids.filter((id) => id !== 0) : ids;
      // The short form means success [MQTT5 3.4.2.1], as in 3.1.1.
      if (told.size === 0 && exactlyOnce.size === 0) return pubacks(asked);
      return Buffer.concat(asked.map(encodeOne));
    },
  };
}
