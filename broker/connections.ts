/** Accepts connections: counts them by address and passes each to the handler of its MQTT version. */
import type { Duplex } from 'node:stream';
import type { BrokerOptions } from './broker.ts';
import { protocolOf, readConnectFrame, UNACCEPTABLE_PROTOCOL_VERSION } from './connect-frame.ts';
import type { InFlight } from './in-flight.ts';
import type { Transport } from './observe/observation.ts';
import type { Observers } from './observe/observers.ts';
import { createPace } from './rate-limit.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

export interface ConnectionsOptions extends Pick<BrokerOptions, 'limits'> {
  readonly monotonic: () => number;
  readonly refusals: Refusals;
  readonly inFlight: InFlight;
  readonly isClosing: () => boolean;
  readonly observers: Observers;
  /** Handles MQTT 3.1 and 3.1.1; the CONNECT is still in the stream. */
  readonly begin: (session: Session) => void;
  /** Handles MQTT 5; gets the CONNECT, later bytes are still in the stream. */
  readonly beginV5: (session: Session, connect: Buffer) => void;
}

export const MAX_CONNECT_BYTES = 4096;

/** Bridges of mosquitto set the highest bit of the level. */
const LEVELS_OF_3 = [3, 4, 0x83, 0x84];
const LEVEL_5 = 5;

/** Whether the device of a connection is known. */
export function createConnections({ limits, monotonic, refusals, inFlight, ...options }: ConnectionsOptions) {
  const perAddress = new Map<string, number>();

  function hand(session: Session, connect: Buffer, behind: Buffer): void {
    const { stream, remote } = session;
    const protocol = protocolOf(connect);
    const isNamed = protocol?.name === 'MQTT' || protocol?.name === 'MQIsdp';
    if (protocol === undefined || !isNamed) {
      refusals.note('connection', { remote, reason: 'protocol name' });
      stream.destroy();
    } else if (!options.observers.arrived(session, connect)) {
      stream.destroy();
    } else if (LEVELS_OF_3.includes(protocol.level)) {
      stream.unshift(Buffer.concat([connect, behind]));
      options.begin(session);
    } else if (protocol.level === LEVEL_5 && protocol.name === 'MQTT') {
      if (behind.length > 0) stream.unshift(behind);
      options.beginV5(session, connect);
    } else {
      refusals.note('version', { remote, level: protocol.level });
      stream.end(UNACCEPTABLE_PROTOCOL_VERSION);
      setTimeout(() => stream.destroy(), limits.drainTimeoutMs).unref();
    }
  }

  return (stream: Duplex, remote: string, transport: Transport): (() => boolean) => {
    const open = (perAddress.get(remote) ?? 0) + 1;
    if (options.isClosing() || open > limits.maxConnectionsPerAddress) {
      refusals.note('connections', { remote });
      stream.destroy();
      return () => false;
    }
    perAddress.set(remote, open);
    const wake = () => void stream.emit('readable');
    const session: Session = {
      ...{ stream, remote, transport, flow: inFlight.client(wake), silenceMs: 0, heardAt: 0, isReady: false },
      pace: createPace({ perSecond: limits.maxMessagesPerSecond, monotonic, wake }),
      subscriptions: new Map(),
    };
    stream.on('error', () => {}); // Failed connections are counted elsewhere.
    stream.once('close', () => {
      session.flow.close();
      const left = (perAddress.get(remote) ?? 1) - 1;
      if (left === 0) perAddress.delete(remote);
      else perAddress.set(remote, left);
    });
    readConnectFrame(stream, {
      ...{ maxBytes: MAX_CONNECT_BYTES, timeoutMs: limits.connectTimeoutMs },
      onConnect: (connect, behind) => hand(session, connect, behind),
      onFailure(reason) {
        refusals.note('connection', { remote, reason });
        stream.destroy();
      },
    });
    return () => session.address !== undefined;
  };
}
