/** One MQTT 5 client from its CONNACK to the end: packets, acknowledgements, and the DISCONNECT with its reason. */
import mqttPacket, { type Packet } from 'mqtt-packet';
import { clientIdOf, type DeviceAddress } from '../../base/topics.ts';
import { silenceMsOf } from '../access.ts';
import type { BrokerLimits } from '../broker.ts';
import type { Clients, Connected } from '../clients.ts';
import type { ConnectionLane, ExpressLane } from '../express-lane.ts';
import { type FrameGuard, guardFrames, type Lane } from '../frame-guard.ts';
import type { KeepAlive } from '../keep-alive.ts';
import type { Refusals } from '../refusals.ts';
import type { Session } from '../session.ts';
import { type Acknowledgements, createAcknowledgements } from './acknowledgements.ts';
import {
  type ConnectPacket,
  checkPing,
  PACKET,
  readAck,
  readDisconnect,
  readSubscribe,
  readUnsubscribe,
  typeOf,
} from './packets.ts';
import { createPublishes, type Publishes, type PublishesOptions } from './publishes.ts';
import { ProtocolError, REASON } from './reasons.ts';
import type { LastWill } from './session-state.ts';
import type { Opened, Sessions } from './sessions.ts';
import { subscribe, unsubscribe } from './subscriptions.ts';

export interface ConnectionParts extends PublishesOptions {
  readonly sessions: Sessions;
  readonly clients: Clients;
  readonly expressLane: ExpressLane;
  readonly keepAlive: KeepAlive;
  readonly refusals: Refusals;
  readonly monotonic: () => number;
}

/** Parameters of the connection. */
export interface Handshake {
  readonly connect: ConnectPacket;
  readonly address: DeviceAddress;
  readonly opened: Opened;
  /** Seconds, as announced in the CONNACK. */
  readonly keepAlive: number;
}

const LARGEST_PACKET = 0xffff_ffff;

/** Starts once the CONNACK is written. */
export function startConnection(session: Session, handshake: Handshake, parts: ConnectionParts): void {
  new Connection(session, handshake, parts).start();
}

class Connection {
  readonly #session: Session;
  readonly #handshake: Handshake;
  readonly #parts: ConnectionParts;
  readonly #limits: BrokerLimits;
  readonly #maximumPacketSize: number;
  readonly #acknowledgements: Acknowledgements;
  readonly #lane: ConnectionLane;
  readonly #publishes: Publishes;
  readonly #guard: FrameGuard;
  readonly #connected: Connected;
  #expiry: number;
  /** Called when an oversized publish has been acknowledged: the connection then ends. */
  #isTooLarge = false;
  #isOver = false;

  constructor(session: Session, handshake: Handshake, parts: ConnectionParts) {
    const { connect, address, opened } = handshake;
    const { requestProblemInformation = 1, maximumPacketSize = LARGEST_PACKET } = connect.properties;
    this.#session = session;
    this.#handshake = handshake;
    this.#parts = parts;
    this.#limits = parts.limits;
    this.#maximumPacketSize = maximumPacketSize;
    this.#expiry = opened.expiry;
    this.#acknowledgements = createAcknowledgements({
      received: opened.state.received,
      hasProblemInformation: requestProblemInformation === 1,
      maximumPacketSize,
      onTooLarge: () => {
        this.#isTooLarge = true;
        setImmediate(() => this.#endIfTooLarge());
      },
    });
    this.#lane = parts.expressLane.of(session, this.#acknowledgements.encode);
    this.#publishes = createPublishes({
      ...{ parts, session, address },
      ...{ acknowledgements: this.#acknowledgements, lane: this.#lane, received: opened.state.received },
    });
    this.#guard = this.#guardStream();
    session.position = this.#guard.position;
    this.#connected = { address, close: (why) => this.#endBy(why) };
  }

  start(): void {
    const { stream } = this.#session;
    const { opened, keepAlive, address, connect } = this.#handshake;
    const { deliveries } = opened.state;
    this.#session.silenceMs = silenceMsOf(keepAlive);
    this.#session.isReady = true;
    this.#session.end = (reason, error) => this.#endFor(reason, error);
    this.#parts.keepAlive.watch(this.#session);
    stream.once('close', () => this.#leave(this.#will()));
    this.#parts.clients.enter(clientIdOf(address), this.#connected);
    deliveries.attach({
      receiveMaximum: connect.properties.receiveMaximum ?? 0xffff,
      maximumPacketSize: this.#maximumPacketSize,
      write: (bytes) => this.#lane.write(bytes),
    });
    stream.on('readable', this.#read);
    // Bytes that came with the CONNECT have already arrived.
    this.#read();
  }

  #guardStream(): FrameGuard {
    const { stream, flow, pace, remote } = this.#session;
    const lane: Lane = {
      mayTake: () => true,
      take: (bytes, start, end) => {
        if (!this.#isOver) this.#take(bytes.subarray(start, end));
        return true;
      },
    };
    return guardFrames(stream, {
      ...{ maxPacketBytes: this.#limits.maxPacketBytes, maxConnectBytes: this.#limits.maxPacketBytes, lane },
      isKnown: () => true,
      isHeld: () => flow.isHeld || pace.isHeld() || this.#lane.isDraining,
      onPackets: () => {
        this.#session.heardAt = this.#parts.monotonic();
        this.#endIfTooLarge();
      },
      onOversize: () => this.#parts.refusals.note('oversize', { remote, ...this.#handshake.address }),
      onBytes: (bytes) => this.#session.tap?.incoming(bytes),
      fail: (error) => this.#fail(error),
    });
  }

  /** The lane takes all complete packets; only the replacements of oversized publishes remain to be read. */
  readonly #read = (): void => {
    const { stream } = this.#session;
    for (let standIn: Buffer | null = stream.read(); standIn !== null && !this.#isOver; standIn = stream.read()) {
      try {
        this.#publishes.takeOversize(standIn);
      } catch (error) {
        this.#fail(error as Error);
      }
    }
  };

  #take(frame: Buffer): void {
    const { state } = this.#handshake.opened;
    switch (typeOf(frame)) {
      case PACKET.publish:
        return this.#publishes.take(frame);
      case PACKET.puback:
        return state.deliveries.acknowledged(readAck(frame).id);
      case PACKET.pubrel:
        return this.#release(readAck(frame).id);
      case PACKET.subscribe: {
        const packet = readSubscribe(frame);
        const granted = subscribe(packet, state, this.#limits, this.#parts.elsewhere);
        if (granted.some((reason) => reason >= 0x80)) this.#parts.refusals.note('subscription', { clientId: state.id });
        return this.#send({ cmd: 'suback', messageId: packet.id, granted: [...granted] });
      }
      case PACKET.unsubscribe: {
        const packet = readUnsubscribe(frame);
        return this.#send({ cmd: 'unsuback', messageId: packet.id, granted: [...unsubscribe(packet, state)] });
      }
      case PACKET.pingreq:
        checkPing(frame);
        return this.#send({ cmd: 'pingresp' });
      case PACKET.disconnect:
        return this.#disconnected(frame);
      default:
        // PUBREC and PUBCOMP too: nothing is sent to a client at QoS 2.
        throw new ProtocolError(REASON.protocolError, `a packet of type ${typeOf(frame)} is not expected here`);
    }
  }

  #release(messageId: number): void {
    const isKnown = this.#handshake.opened.state.received.delete(messageId);
    this.#send({ cmd: 'pubcomp', messageId, reasonCode: isKnown ? REASON.success : REASON.packetIdNotFound });
  }

  #disconnected(frame: Buffer): void {
    const { reason, properties } = readDisconnect(frame);
    const { sessionExpiryInterval: expiry } = properties;
    const asked = this.#handshake.connect.properties.sessionExpiryInterval ?? 0;
    if (expiry !== undefined && expiry > 0 && asked === 0)
      throw new ProtocolError(REASON.protocolError, 'a session without expiry cannot get one at its end');
    if (expiry !== undefined) this.#expiry = Math.min(expiry, this.#expiry);
    this.#leave(reason === REASON.success ? undefined : this.#will());
    this.#closeStream();
  }

  #endBy(why: Parameters<Connected['close']>[0]): void {
    if (why === 'taken over') this.#end(REASON.sessionTakenOver, 'the device has connected again');
    else if (why === 'shut out') this.#end(REASON.administrativeAction, 'the credential is no longer valid');
    else this.#end(REASON.shuttingDown, 'the server is stopping: reconnect after a pause', false);
  }

  #endFor(reason: 'keep-alive' | 'log', error: Error): void {
    if (reason === 'keep-alive') this.#end(REASON.keepAliveTimeout, 'silent for one and a half times the keep-alive');
    else {
      this.#end(
        REASON.serverBusy,
        `the log rejects publishes (${error.message}): unacknowledged ones are not stored, resend them after a pause`,
      );
    }
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#parts.refusals.note('connection', { clientId: this.#handshake.opened.state.id, reason: error.message });
    if (error instanceof ProtocolError) this.#end(error.reason, error.message);
    else if (error.message === 'packet too large') this.#end(REASON.packetTooLarge, error.message);
    else this.#end(REASON.malformedPacket, error.message);
  }

  #endIfTooLarge(): void {
    if (!this.#isTooLarge || this.#guard.isSwallowing || this.#isOver) return;
    this.#end(REASON.packetTooLarge, `the largest packet is ${this.#limits.maxPacketBytes} bytes`);
  }

  #end(reasonCode: number, reasonString: string, hasWill = true): void {
    if (this.#isOver) return;
    this.#leave(hasWill ? this.#will() : undefined);
    const packet = { cmd: 'disconnect', reasonCode, properties: { reasonString } } as const;
    const bytes = mqttPacket.generate(packet, { protocolVersion: 5 });
    const isTaken = bytes.length <= this.#maximumPacketSize;
    this.#closeStream(isTaken ? bytes : mqttPacket.generate({ cmd: 'disconnect', reasonCode }, { protocolVersion: 5 }));
  }

  /** Reads and discards input, so that the client receives everything written before the connection closes. */
  #closeStream(last?: Buffer): void {
    const { stream } = this.#session;
    stream.off('readable', this.#read);
    this.#guard.release();
    if (last === undefined) stream.end();
    else stream.end(last);
    stream.resume();
    const timer = setTimeout(() => stream.destroy(), this.#limits.drainTimeoutMs).unref();
    stream.once('close', () => clearTimeout(timer));
  }

  #leave(will: LastWill | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { state } = this.#handshake.opened;
    state.deliveries.detach();
    this.#parts.sessions.leave(state, this.#expiry, will);
    this.#parts.clients.leave(state.id, this.#connected);
  }

  #will(): LastWill | undefined {
    const { will } = this.#handshake.connect;
    return will && { delay: will.delay, publish: () => this.#publishes.publishWill(will) };
  }

  #send(packet: Packet): void {
    this.#lane.write(mqttPacket.generate(packet, { protocolVersion: 5 }));
  }
}
