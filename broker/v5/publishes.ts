/** Publishes of a client, and its last will: parsed, checked against its rights, and handed to intake over the express lane. */
import type { DeviceAddress } from '../../base/topics.ts';
import type { BrokerOptions, InboundMessage } from '../broker.ts';
import type { ConnectionLane } from '../express-lane.ts';
import { fixedHeaderBytes } from '../frame.ts';
import { attempt } from '../in-flight.ts';
import { oversizeOf } from '../oversize.ts';
import type { Refusals } from '../refusals.ts';
import type { Session } from '../session.ts';
import { MAX_RETAINED_BYTES, type Published, publishedTo } from '../topic-rules.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { type PublishPacket, readPublish, type Will } from './packets.ts';
import { readProperties } from './properties.ts';
import { malformed, PacketReader } from './reader.ts';
import { ProtocolError, REASON } from './reasons.ts';
import { createTopicAliases } from './topic-aliases.ts';

export interface PublishesOptions
  extends Pick<BrokerOptions, 'admit' | 'admitOversize' | 'clock' | 'limits' | 'elsewhere'> {
  readonly refusals: Refusals;
  readonly counts: { received: number; acknowledged: number };
  /** Keeps a retained status. */
  readonly retain: (topic: string, payload: Buffer) => void;
}

export interface PublishesContext {
  readonly parts: PublishesOptions;
  readonly session: Session;
  readonly address: DeviceAddress;
  readonly acknowledgements: Acknowledgements;
  readonly lane: ConnectionLane;
  /** QoS 2 ids between PUBREC and PUBREL. */
  readonly received: ReadonlySet<number>;
}

export interface Publishes {
  take(frame: Buffer): void;
  /** The stand-in for a publish that was larger than allowed. */
  takeOversize(standIn: Buffer): void;
  publishWill(will: Will): void;
}

export function createPublishes({
  parts,
  session,
  address,
  acknowledgements,
  lane,
  received,
}: PublishesContext): Publishes {
  const { admit, admitOversize, clock, limits, refusals, counts } = parts;
  const aliases = createTopicAliases();

  function addressedTo(topic: string): Published {
    if (/[+#]/.test(topic)) throw new ProtocolError(REASON.topicNameInvalid, 'a wildcard in a topic name');
    const to = publishedTo(topic, address, limits.maxTopicBytes, parts.elsewhere);
    if (to !== undefined) return to;
    refusals.note('topic', { ...address, topic: topic.slice(0, limits.maxTopicBytes) });
    const own = `daoyu/${address.park}/${address.device}/`;
    throw new ProtocolError(REASON.notAuthorized, `not a topic of this device: publish below ${own}`);
  }

  function messageOf(packet: PublishPacket): InboundMessage {
    const { qos, dup, id, payload, properties } = packet;
    const { responseTopic, correlationData } = properties;
    if (responseTopic !== undefined && /[+#]/.test(responseTopic))
      throw new ProtocolError(REASON.protocolError, 'a wildcard in a response topic');
    const topic = aliases.resolve(packet);
    return {
      ...addressedTo(topic),
      ...{ topic, payload },
      qos: qos === 0 ? 0 : 1,
      isResend: dup,
      isWill: false,
      correlation: correlationData?.toString('utf8'),
      receivedAt: clock(),
      onRefused: id === 0 ? undefined : (reasons, isWhole) => acknowledgements.note(id, reasons, isWhole),
    };
  }

  /** Of QoS 2, which is repeated until its PUBREC. */
  function isTakenAlready({ qos, id }: PublishPacket): boolean {
    if (qos !== 2 || acknowledgements.isExpected(id)) return qos === 2;
    if (acknowledgements.open >= limits.maxInFlightPerClient && !received.has(id))
      throw new ProtocolError(REASON.receiveMaximumExceeded, 'more QoS 2 publishes without PUBREL than allowed');
    acknowledgements.expectExactlyOnce(id);
    return received.has(id);
  }

  function accept(id: number, bytes: number, work: () => Promise<void>): void {
    counts.received += 1;
    if (session.pace.count()) refusals.note('rate', { remote: session.remote, ...address });
    lane.accept(id, bytes, work);
  }

  function admitAndRetain(message: InboundMessage, isRetained: boolean): Promise<void> {
    const durable = admit(message);
    const { channel, topic, payload, via } = message;
    if (isRetained && channel === 'status' && via === undefined && payload.length <= MAX_RETAINED_BYTES)
      durable.then(
        () => parts.retain(topic, Buffer.from(payload)),
        () => undefined,
      );
    return durable;
  }

  return {
    take(frame) {
      const packet = readPublish(frame);
      const message = messageOf(packet);
      const { id, payload, retain } = packet;
      const isWaiting = acknowledgements.isExpected(id);
      if (!isTakenAlready(packet)) accept(id, payload.length, () => admitAndRetain(message, retain));
      else if (!isWaiting) accept(id, 0, () => Promise.resolve());
    },
    takeOversize(standIn) {
      const { packet, sizeBytes } = readStandIn(standIn);
      const message = messageOf(packet);
      const { id, qos, payload: head } = packet;
      if (qos === 2) acknowledgements.expectExactlyOnce(id);
      acknowledgements.expectTooLarge(id);
      accept(id, head.length, () => admitOversize({ ...message, head, sizeBytes }));
    },
    publishWill({ topic, payload, qos, retain }) {
      counts.received += 1;
      const message: InboundMessage = {
        ...addressedTo(topic),
        ...{ topic, payload },
        qos: qos === 0 ? 0 : 1,
        isResend: false,
        isWill: true,
        receivedAt: clock(),
      };
      attempt(() => admitAndRetain(message, retain)).then(
        () => {
          counts.acknowledged += 1;
        },
        (error: Error) => refusals.note('log', { ...address, reason: error.message }),
      );
    },
  };
}

/** The kept bytes of an oversized publish start with its properties. */
function readStandIn(standIn: Buffer): { readonly packet: PublishPacket; readonly sizeBytes: number } {
  const flags = standIn[0] ?? 0;
  const body = new PacketReader(standIn, fixedHeaderBytes(standIn, 0), standIn.length);
  const topic = body.text();
  const qos = ((flags >> 1) & 3) as 0 | 1 | 2;
  const id = qos === 0 ? 0 : body.u16();
  const oversize = oversizeOf(body.rest());
  if (oversize === undefined) throw malformed('publish');
  const { head, sizeBytes } = oversize;
  const kept = new PacketReader(head, 0, head.length);
  const properties = readProperties(kept, 'publish');
  const payload = kept.rest();
  return {
    packet: { qos, dup: (flags & 0x08) !== 0, retain: false, topic, id, properties, payload },
    sizeBytes: sizeBytes - (head.length - payload.length),
  };
}
