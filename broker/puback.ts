/** The PUBACKs for one client after one commit, in one buffer. */

/** Encodes the acknowledgements of these packet ids, in order; the encoder depends on the protocol version. */
export type EncodePubacks = (ids: readonly number[]) => Buffer;

const PUBACK = 0x40;
const PUBACK_BYTES = 4;

/** MQTT 3.1 and 3.1.1: fixed header, remaining length 2, packet id [MQTT 3.4]. */
export const pubacks: EncodePubacks = (ids) => {
  const bytes = Buffer.allocUnsafe(ids.length * PUBACK_BYTES);
  let at = 0;
  for (const id of ids) {
    bytes[at] = PUBACK;
    bytes[at + 1] = 2;
    bytes[at + 2] = id >> 8;
    bytes[at + 3] = id & 0xff;
    at += PUBACK_BYTES;
  }
  return bytes;
};
