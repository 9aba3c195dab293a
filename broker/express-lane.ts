/**
 * The way of nearly every publish: QoS 1, not retained, on the device's own telemetry topic. It is read in place and handed to intake, and
 * never becomes a packet of the MQTT library. All that wait for one verdict are acknowledged together, in one write a connection.
 *
 * Kept as in the other lane: the order of a client, its pace, the bounds and the deadline of what is in flight, no PUBACK before the verdict
 * is durable, and when the log refuses none at all: the connection is closed, so that the device sends again.
 */
import { type DeviceAddress, observedBy, topicsOf } from '../base/topics.ts';
import type { Admit, InboundMessage } from './broker.ts';
import { fixedHeaderBytes } from './frame.ts';
import type { Lane } from './frame-guard.ts';
import { attempt, type InFlight, type Wait } from './in-flight.ts';
import { type EncodePubacks, pubacks } from './puback.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

export interface ExpressLaneOptions {
  readonly admit: Admit;
  readonly inFlight: InFlight;
  readonly refusals: Refusals;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly counts: { received: number; acknowledged: number };
  /** A client that does not read its PUBACKs for so long is closed. */
  readonly drainTimeoutMs: number;
}

export interface ConnectionLane extends Lane {
  /** The client does not read its PUBACKs, so nothing more of it is read. */
  readonly isDraining: boolean;
  /**
   * One publish, read already: `work` begins its verdict; id 0 wants no acknowledgement. Acknowledgements leave in the order of these calls
   * [MQTT-4.6.0-2].
   */
  accept(id: number, bytes: number, work: () => Promise<void>): void;
  /** Writes to the client, which is closed when it does not read. */
  write(bytes: Buffer): void;
}

export interface ExpressLane {
  /** The lane of one connection. `encode` makes the PUBACKs of its protocol version. */
  of(session: Session, encode?: EncodePubacks): ConnectionLane;
  /**
   * A publish in the other lane begins to wait. What comes behind it must not be acknowledged with what came before it: PUBACKs keep the
   * order of the publishes [MQTT-4.6.0-2].
   */
  endShares(): void;
}

/** PUBLISH, QoS 1, no RETAIN; the second with DUP [MQTT 3.3.1]. */
const PUBLISH_QOS_1 = 0x32;
const PUBLISH_QOS_1_DUP = 0x3a;
const PACKET_ID_BYTES = 2;

/** What one connection has waiting on one verdict. */
interface Share {
  readonly connection: Connection;
  readonly ids: number[];
  bytes: number;
  isDurable: boolean;
}

/** What becomes of a share: the connection's to carry out. */
interface Connection {
  acknowledge(share: Share): void;
  refuse(share: Share, error: Error): void;
}

/** All that wait on the same promise of `admit`: intake gives one to everything of a commit. */
interface Verdict extends Wait {
  readonly shares: Share[];
}

export function createExpressLane(options: ExpressLaneOptions): ExpressLane {
  const { admit, inFlight, refusals, clock, counts } = options;
  let latest: { readonly promise: Promise<void>; readonly verdict: Verdict } | undefined;

  function verdictOf(promise: Promise<void>): Verdict {
    if (latest?.promise === promise) return latest.verdict;
    let isOpen = true;
    const shares: Share[] = [];
    const close = () => {
      const isFirst = isOpen;
      isOpen = false;
      if (latest?.verdict === verdict) latest = undefined;
      return isFirst;
    };
    const fail = (error: Error) => {
      for (const share of shares) share.connection.refuse(share, error);
    };
    const verdict: Verdict = {
      shares,
      startedAt: inFlight.now(),
      expire: (error) => {
        if (close()) fail(error);
      },
    };
    latest = { promise, verdict };
    inFlight.expect(verdict);
    promise.then(
      () => {
        inFlight.end(verdict);
        if (close()) for (const share of shares) share.connection.acknowledge(share);
      },
      (error: unknown) => {
        inFlight.end(verdict);
        if (close()) fail(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return verdict;
  }

  return {
    endShares() {
      latest = undefined;
    },
    of(session, encode = pubacks) {
      const { stream, flow, pace, remote } = session;
      let topic: { readonly bytes: Buffer; readonly name: string; readonly address: DeviceAddress } | undefined;
      let open: { readonly verdict: Verdict; readonly share: Share } | undefined;
      /** In the order of the publishes: what is durable behind one that is not waits for it. */
      const waiting: Share[] = [];
      let draining: NodeJS.Timeout | undefined;

      const connection: Connection = {
        acknowledge(share) {
          if (open?.share === share) open = undefined;
          share.isDurable = true;
          acknowledgeDurable();
        },
        refuse(share, error) {
          if (open?.share === share) open = undefined;
          if (stream.writable) {
            refusals.note('log', { ...session.address, reason: error.message });
            if (session.end === undefined) stream.destroy(error);
            else session.end('log', error);
          }
          waiting.splice(waiting.indexOf(share), 1);
          flow.settled(share.ids.length, share.bytes);
          acknowledgeDurable();
        },
      };

      function acknowledgeDurable(): void {
        for (let [share] = waiting; share?.isDurable; [share] = waiting) {
          waiting.shift();
          if (stream.writable) {
            counts.acknowledged += share.ids.length;
            write(encode(share.ids));
          }
          flow.settled(share.ids.length, share.bytes);
        }
      }

      function write(bytes: Buffer): void {
        if (bytes.length > 0 && !stream.write(bytes)) waitForDrain();
      }

      function waitForDrain(): void {
        if (draining !== undefined) return;
        const stop = () => {
          clearTimeout(draining);
          draining = undefined;
          stream.off('drain', stop);
          stream.off('close', stop);
          if (!stream.destroyed) stream.emit('readable');
        };
        draining = setTimeout(() => stream.destroy(new Error('drain timeout')), options.drainTimeoutMs).unref();
        stream.on('drain', stop);
        stream.on('close', stop);
      }

      /** Of this connection's share in a verdict, one a commit. */
      function shareOf(verdict: Verdict): Share {
        if (open?.verdict === verdict) return open.share;
        const share: Share = { connection, ids: [], bytes: 0, isDurable: false };
        verdict.shares.push(share);
        waiting.push(share);
        open = { verdict, share };
        return share;
      }

      function accept(id: number, bytes: number, work: () => Promise<void>): void {
        flow.begin(bytes);
        const share = shareOf(verdictOf(attempt(work)));
        share.ids.push(id);
        share.bytes += bytes;
      }

      return {
        get isDraining() {
          return draining !== undefined;
        },
        accept,
        write,
        mayTake(bytes, start) {
          const first = bytes[start];
          if (!session.isReady || (first !== PUBLISH_QOS_1 && first !== PUBLISH_QOS_1_DUP)) return false;
          topic ??= topicOf(session.address);
          return topic !== undefined && isAt(bytes, start + fixedHeaderBytes(bytes, start), topic.bytes);
        },
        take(bytes, start, end) {
          if (topic === undefined) return false;
          const idAt = start + fixedHeaderBytes(bytes, start) + topic.bytes.length;
          const payloadAt = idAt + PACKET_ID_BYTES;
          if (payloadAt > end) return false;
          counts.received += 1;
          if (pace.count()) refusals.note('rate', { remote, ...topic.address });
          const payload = bytes.subarray(payloadAt, end);
          const { park, device } = topic.address;
          const message: InboundMessage = {
            park,
            device,
            channel: 'telemetry',
            topic: topic.name,
            payload,
            qos: 1,
            isResend: bytes[start] === PUBLISH_QOS_1_DUP,
            isWill: false,
            receivedAt: clock(),
          };
          const id = ((bytes[idAt] ?? 0) << 8) | (bytes[idAt + 1] ?? 0);
          if (id === 0) throw new Error('packet identifier 0');
          accept(id, payload.length, () => admit(message));
          return true;
        },
      };
    },
  };
}

/** The topic as it stands in a PUBLISH: two bytes of length, then itself. */
function topicOf(address: DeviceAddress | undefined) {
  if (address === undefined || observedBy(address) !== undefined) return undefined;
  const name = topicsOf(address).telemetry;
  const bytes = Buffer.alloc(2 + name.length);
  bytes.writeUInt16BE(name.length);
  bytes.write(name, 2, 'latin1');
  return { bytes, name, address };
}

/** As far as the bytes go. From the end: devices of a park differ there. */
function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = Math.min(wanted.length, bytes.length - at) - 1; index >= 0; index--) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}
