/** JetLinks property reports: `{deviceId, timestamp, properties: {…}}`; what a gateway sends for a child stands in `childDeviceMessage`. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { timeOf } from '../time-keys.ts';
import { beside, type Decoder, type Draft, withRest } from './decoder.ts';

export const jetLinks: Decoder = { name: 'jetlinks', fromObject };

const KNOWN = [
  'properties',
  'headers',
  'messageId',
  'messageType',
  'deviceId',
  'success',
  'timestamp',
  'childDeviceId',
];

function fromObject(message: JsonObject): readonly Draft[] | undefined {
  const { childDeviceMessage: inner, properties, messageId, messageType, deviceId } = message;
  if (isObject(inner) && 'childDeviceId' in message) return fromObject({ timestamp: message.timestamp, ...inner });
  if (!isObject(properties)) return undefined;
  const isReport = typeof messageType === 'string' && messageType.includes('PROPERTY');
  if (!isReport && (deviceId === undefined || (messageId === undefined && message.timestamp === undefined)))
    return undefined;
  const own: Draft = { time: timeOf(message) ?? timeOf(properties), values: properties, root: 'properties' };
  return withRest([own], beside(message, KNOWN));
}
