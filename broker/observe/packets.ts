/** Converts frames to observations, in both directions and both versions; ignores frames that reveal nothing about a device. */
import { fixedHeaderBytes } from '../frame.ts';
import { readProperties } from '../v5/properties.ts';
import { PacketReader } from '../v5/reader.ts';
import type { Seen } from './observation.ts';

const TYPE = {
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  subscribe: 8,
  suback: 9,
  pingreq: 12,
  disconnect: 14,
} as const;

const REFUSED_FILTER = 0x80;

const typeOf = (frame: Buffer): number => (frame[0] ?? 0) >> 4;
const bodyOf = (frame: Buffer) => new PacketReader(frame, fixedHeaderBytes(frame, 0), frame.length);

export interface PacketEyes {
  /** A frame from the device. `size` is that of the whole frame, of which only the beginning may be present. */
  incoming(frame: Buffer, size: number): Seen | undefined;
  /** A frame to the device. */
  outgoing(frame: Buffer): Seen | undefined;
}

/** One per connection, because topic aliases belong to it. */
export function createPacketEyes(level: number): PacketEyes {
  const isV5 = level === 5;
  const aliases = new Map<number, string>();

  /** `''`: its alias was defined before the watch began. */
  function topicOf(topic: string, alias: number | undefined): string {
    if (alias === undefined) return topic;
    if (topic !== '') aliases.set(alias, topic);
    return aliases.get(alias) ?? '';
  }

  function readPublish(frame: Buffer, size: number) {
    const flags = (frame[0] ?? 0) & 0x0f;
    const qos = (flags >> 1) & 3;
    const body = bodyOf(frame);
    const named = body.text();
    const id = qos === 0 ? 0 : body.u16();
    const topic = topicOf(named, isV5 ? readProperties(body, 'publish').topicAlias : undefined);
    const payload = body.rest();
    return {
      ...{ topic, qos, id },
      ...{ isDup: (flags & 0x08) !== 0, isRetained: (flags & 0x01) !== 0 },
      size: payload.length + size - frame.length,
      payload: payload.toString('base64'),
    };
  }

  function filtersOf(frame: Buffer): string[] {
    const body = bodyOf(frame);
    body.u16();
    if (isV5) readProperties(body, 'subscribe');
    const filters: string[] = [];
    while (!body.isAtEnd) {
      filters.push(body.text());
      body.byte();
    }
    return filters;
  }

  /** The reason codes of a SUBACK, one per filter. */
  function refusedFilters(frame: Buffer): number {
    const body = bodyOf(frame);
    body.u16();
    if (isV5) body.part(body.varint());
    return body.rest().filter((code) => code >= REFUSED_FILTER).length;
  }

  return {
    incoming(frame, size) {
      switch (typeOf(frame)) {
        case TYPE.publish:
          return { what: 'publish', ...readPublish(frame, size) };
        case TYPE.puback:
          return { what: 'received', id: bodyOf(frame).u16() };
        case TYPE.subscribe:
          return { what: 'subscribe', filters: filtersOf(frame) };
        case TYPE.pingreq:
          return { what: 'ping' };
        case TYPE.disconnect:
          return { what: 'disconnect', by: 'device', reason: reasonOf(bodyOf(frame)) };
        default:
          return undefined;
      }
    },
    outgoing(frame) {
      switch (typeOf(frame)) {
        case TYPE.puback:
        case TYPE.pubrec: {
          const body = bodyOf(frame);
          return { what: 'acknowledged', id: body.u16(), reason: reasonOf(body) };
        }
        case TYPE.suback: {
          const count = refusedFilters(frame);
          return count === 0 ? undefined : { what: 'subscription-refused', count };
        }
        case TYPE.publish: {
          const body = bodyOf(frame);
          const topic = body.text();
          const id = ((frame[0] ?? 0) & 0x06) === 0 ? 0 : body.u16();
          if (isV5) body.part(body.varint());
          return { what: 'sent', topic, id, payload: body.rest().toString('utf8') };
        }
        case TYPE.disconnect:
          return { what: 'disconnect', by: 'platform', reason: reasonOf(bodyOf(frame)) };
        default:
          return undefined;
      }
    },
  };
}

function reasonOf(body: PacketReader): number {
  return body.isAtEnd ? 0 : body.byte();
}

/** The content of a CONNACK; undefined for other packets. */
export function readConnack(frame: Buffer): { readonly code: number; readonly isResumed: boolean } | undefined {
  if (typeOf(frame) !== TYPE.connack) return undefined;
  const body = bodyOf(frame);
  const isResumed = (body.byte() & 1) === 1;
  return { code: body.byte(), isResumed };
}
