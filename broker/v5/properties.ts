/** The properties that a client may send [MQTT5 2.2.2]: each in certain packets, at most once, within its range. */
import { malformed, type PacketReader } from './reader.ts';
import { ProtocolError, REASON } from './reasons.ts';

export interface Properties {
  payloadFormatIndicator?: number;
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  subscriptionIdentifier?: number;
  /** Seconds. */
  sessionExpiryInterval?: number;
  authenticationMethod?: string;
  authenticationData?: Buffer;
  requestProblemInformation?: number;
  /** Seconds. */
  willDelayInterval?: number;
  requestResponseInformation?: number;
  reasonString?: string;
  receiveMaximum?: number;
  topicAliasMaximum?: number;
  topicAlias?: number;
  maximumPacketSize?: number;
}

export type PropertyPacket = 'connect' | 'will' | 'publish' | 'subscribe' | 'unsubscribe' | 'ack' | 'disconnect';

type Name = keyof Properties;
type Read = (reader: PacketReader) => number | string | Buffer;

interface Property {
  readonly name: Name;
  readonly read: Read;
  readonly packets: readonly PropertyPacket[];
}

const USER_PROPERTY = 0x26;

const u16: Read = (reader) => reader.u16();
const u32: Read = (reader) => reader.u32();
const text: Read = (reader) => reader.text();
const binary: Read = (reader) => reader.binary();
const flag: Read = (reader) => {
  const value = reader.byte();
  if (value > 1) throw new ProtocolError(REASON.protocolError, 'a flag must be 0 or 1');
  return value;
};
const positive =
  (read: Read, reason: number = REASON.protocolError): Read =>
  (reader) => {
    const value = read(reader);
    if (value === 0) throw new ProtocolError(reason, 'a property must not be 0');
    return value;
  };

const PROPERTIES: ReadonlyMap<number, Property> = new Map<number, Property>([
  [0x01, { name: 'payloadFormatIndicator', read: flag, packets: ['will', 'publish'] }],
  [0x02, { name: 'messageExpiryInterval', read: u32, packets: ['will', 'publish'] }],
  [0x03, { name: 'contentType', read: text, packets: ['will', 'publish'] }],
  [0x08, { name: 'responseTopic', read: text, packets: ['will', 'publish'] }],
  [0x09, { name: 'correlationData', read: binary, packets: ['will', 'publish'] }],
  [0x0b, { name: 'subscriptionIdentifier', read: positive((reader) => reader.varint()), packets: ['subscribe'] }],
  [0x11, { name: 'sessionExpiryInterval', read: u32, packets: ['connect', 'disconnect'] }],
  [0x15, { name: 'authenticationMethod', read: text, packets: ['connect'] }],
  [0x16, { name: 'authenticationData', read: binary, packets: ['connect'] }],
  [0x17, { name: 'requestProblemInformation', read: flag, packets: ['connect'] }],
  [0x18, { name: 'willDelayInterval', read: u32, packets: ['will'] }],
  [0x19, { name: 'requestResponseInformation', read: flag, packets: ['connect'] }],
  [0x1f, { name: 'reasonString', read: text, packets: ['ack', 'disconnect'] }],
  [0x21, { name: 'receiveMaximum', read: positive(u16), packets: ['connect'] }],
  [0x22, { name: 'topicAliasMaximum', read: u16, packets: ['connect'] }],
  [0x23, { name: 'topicAlias', read: positive(u16, REASON.topicAliasInvalid), packets: ['publish'] }],
  [0x27, { name: 'maximumPacketSize', read: positive(u32), packets: ['connect'] }],
]);

const NONE: Readonly<Properties> = Object.freeze({});

/** User properties are checked and ignored. */
export function readProperties(reader: PacketReader, packet: PropertyPacket): Readonly<Properties> {
  const length = reader.varint();
  if (length === 0) return NONE;
  const part = reader.part(length);
  const found: Record<string, number | string | Buffer> = {};
  while (!part.isAtEnd) {
    const id = part.varint();
    if (id === USER_PROPERTY) {
      part.text();
      part.text();
      continue;
    }
    const property = PROPERTIES.get(id);
    if (property === undefined || !property.packets.includes(packet))
      throw malformed(`property ${id} in ${packet === 'ack' ? 'an acknowledgement' : packet.toUpperCase()}`);
    if (Object.hasOwn(found, property.name))
      throw new ProtocolError(REASON.protocolError, `the property ${property.name} came twice`);
    found[property.name] = property.read(part);
  }
  return found as Properties;
}
