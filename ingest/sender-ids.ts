/** Names of the sending device in a message of a gateway: DevEUI of LoRaWAN, device of Alink, OneNET or Huawei, MN of HJ 212. */
import { isObject, type JsonObject } from '../base/json.ts';

/** Paths of the names, the most specific first. */
const PATHS: readonly (readonly string[])[] = [
  ['deviceInfo', 'devEui'],
  ['end_device_ids', 'dev_eui'],
  ['end_device_ids', 'device_id'],
  ['msg', 'dev_id'],
  ['identity', 'deviceName'],
  ['notify_data', 'header', 'device_id'],
  ...['devEui', 'devEUI', 'dev_eui', 'device_id', 'deviceId', 'deviceName', 'device_name', 'dev_id', 'sn', 'imei'].map(
    (key) => [key],
  ),
];
/** A longer message is the backlog of one device, which has its own topic. */
const MAX_BYTES = 64 * 1024;
const OPENINGS = [0x7b, 0x5b];

/** Empty if the message names no device. */
export function senderIds(payload: Uint8Array): readonly string[] {
  if (payload.length > MAX_BYTES) return [];
  const [first, second] = payload;
  if (first === 0x23 && second === 0x23) {
    const [, mn] = /;MN=([^;&]{1,64});/.exec(Buffer.from(payload.subarray(0, 512)).toString('latin1')) ?? [];
    return mn === undefined ? [] : [mn];
  }
  if (!OPENINGS.includes(first ?? 0)) return [];
  try {
    return idsOf(JSON.parse(Buffer.from(payload).toString('utf8')) as unknown);
  } catch {
    return [];
  }
}

/** Of a message as JSON; a list has one sender where all of its elements name the same. */
export function idsOf(message: unknown): readonly string[] {
  if (isObject(message)) return idsIn(message);
  if (!Array.isArray(message) || message.length === 0) return [];
  const [first = [], ...others] = message.map((element) => (isObject(element) ? idsIn(element) : []));
  return others.every((ids) => ids.join('\n') === first.join('\n')) ? first : [];
}

/** Where they stand in one object. */
export function idsIn(message: JsonObject): readonly string[] {
  return PATHS.flatMap((path) => {
    let at: unknown = message;
    for (const key of path) at = isObject(at) ? at[key] : undefined;
    const isName = typeof at === 'number' || (typeof at === 'string' && at !== '' && at.length <= 64);
    return isName ? [String(at)] : [];
  });
}
