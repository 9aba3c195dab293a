/** Strict parsers of the packets that a client sends in MQTT 5 [MQTT5 3], each from its complete frame. */
import { fixedHeaderBytes } from '../frame.ts';
import { type Properties, readProperties } from './properties.ts';
import { malformed, PacketReader } from './reader.ts';
import { ProtocolError, REASON } from './reasons.ts';

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  /** Seconds. */
  readonly delay: number;
}

export interface ConnectPacket {
  readonly clientId: string;
  readonly cleanStart: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly will: Will | undefined;
  readonly properties: Readonly<Properties>;
}

export interface PublishPacket {
  readonly qos: 0 | 1 | 2;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly topic: string;
  /** 0 at QoS 0. */
  readonly id: number;
  readonly properties: Readonly<Properties>;
  readonly payload: Buffer;
}

export interface SubscribePacket {
  readonly id: number;
  readonly properties: Readonly<Properties>;
  readonly filters: readonly { readonly filter: string; readonly qos: number }[];
}

export interface UnsubscribePacket {
  readonly id: number;
  readonly filters: readonly string[];
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP. */
export interface AckPacket {
  readonly id: number;
  readonly reason: number;
}

export interface DisconnectPacket {
  readonly reason: number;
  readonly properties: Readonly<Properties>;
}

/** Types of control packets [MQTT5 2.1.2]. */
export const PACKET = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
  auth: 15,
} as const;

export const typeOf = (frame: Buffer): number => (frame[0] ?? 0) >> 4;
const flagsOf = (frame: Buffer): number => (frame[0] ?? 0) & 0x0f;

/** A reader after the fixed header, whose flags must have these values [MQTT5-2.1.3-1]. */
function bodyOf(frame: Buffer, flags = 0): PacketReader {
  if (flagsOf(frame) !== flags) throw malformed('reserved flags of the fixed header');
  return new PacketReader(frame, fixedHeaderBytes(frame, 0), frame.length);
}

export function readConnect(frame: Buffer): ConnectPacket {
  const body = bodyOf(frame);
  if (body.text() !== 'MQTT' || body.byte() !== 5) throw malformed('protocol name');
  const flags = body.byte();
  if ((flags & 0x01) !== 0) throw malformed('reserved connect flag');
  const hasWill = (flags & 0x04) !== 0;
  const willQos = (flags >> 3) & 3;
  if (willQos === 3 || (!hasWill && (flags & 0x38) !== 0)) throw malformed('connect flags of the will');
  const keepAlive = body.u16();
  const properties = readProperties(body, 'connect');
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined)
    throw new ProtocolError(REASON.protocolError, 'authentication data without a method');
  const clientId = body.text();
  const will = hasWill ? readWill(body, willQos, (flags & 0x20) !== 0) : undefined;
  const username = (flags & 0x80) === 0 ? undefined : body.text();
  const password = (flags & 0x40) === 0 ? undefined : body.binary();
  if (!body.isAtEnd) throw malformed('bytes behind the end of CONNECT');
  return { clientId, cleanStart: (flags & 0x02) !== 0, keepAlive, username, password, will, properties };
}

function readWill(body: PacketReader, qos: number, retain: boolean): Will {
  const { willDelayInterval: delay = 0 } = readProperties(body, 'will');
  return { topic: body.text(), payload: Buffer.from(body.binary()), qos, retain, delay };
}

export function readPublish(frame: Buffer): PublishPacket {
  const flags = flagsOf(frame);
  const qos = (flags >> 1) & 3;
  const dup = (flags & 0x08) !== 0;
  if (qos === 3) throw malformed('QoS 3');
  if (qos === 0 && dup) throw malformed('DUP at QoS 0');
  const body = bodyOf(frame, flags);
  const topic = body.text();
  const id = qos === 0 ? 0 : packetId(body);
  const properties = readProperties(body, 'publish');
  return {
    ...{ dup, topic, id, properties },
    qos: qos as 0 | 1 | 2,
    retain: (flags & 0x01) !== 0,
    payload: body.rest(),
  };
}

export function readSubscribe(frame: Buffer): SubscribePacket {
  const body = bodyOf(frame, 0x02);
  const id = packetId(body);
  const properties = readProperties(body, 'subscribe');
  const filters: { filter: string; qos: number }[] = [];
  while (!body.isAtEnd) {
    const filter = body.text();
    const options = body.byte();
    const qos = options & 0x03;
    if ((options & 0xc0) !== 0 || qos === 3 || (options & 0x30) === 0x30) throw malformed('subscription options');
    if (filter.startsWith('$share/') && (options & 0x04) !== 0)
      throw new ProtocolError(REASON.protocolError, 'No Local on a shared subscription');
    filters.push({ filter, qos });
  }
  if (filters.length === 0) throw new ProtocolError(REASON.protocolError, 'SUBSCRIBE without a topic filter');
  return { id, properties, filters };
}

export function readUnsubscribe(frame: Buffer): UnsubscribePacket {
  const body = bodyOf(frame, 0x02);
  const id = packetId(body);
  readProperties(body, 'unsubscribe');
  const filters: string[] = [];
  while (!body.isAtEnd) filters.push(body.text());
  if (filters.length === 0) throw new ProtocolError(REASON.protocolError, 'UNSUBSCRIBE without a topic filter');
  return { id, filters };
}

export function readAck(frame: Buffer): AckPacket {
  const body = bodyOf(frame, typeOf(frame) === PACKET.pubrel ? 0x02 : 0);
  const id = packetId(body);
  const reason = body.isAtEnd ? 0 : body.byte();
  if (!body.isAtEnd) readProperties(body, 'ack');
  if (!body.isAtEnd) throw malformed('bytes behind the end of an acknowledgement');
  return { id, reason };
}

export function readDisconnect(frame: Buffer): DisconnectPacket {
  const body = bodyOf(frame);
  const reason = body.isAtEnd ? 0 : body.byte();
  const properties = body.isAtEnd ? {} : readProperties(body, 'disconnect');
  if (!body.isAtEnd) throw malformed('bytes behind the end of DISCONNECT');
  return { reason, properties };
}

export function checkPing(frame: Buffer): void {
  if (!bodyOf(frame).isAtEnd) throw malformed('PINGREQ with a body');
}

function packetId(body: PacketReader): number {
  const id = body.u16();
  if (id === 0) throw new ProtocolError(REASON.protocolError, 'packet identifier 0');
  return id;
}
