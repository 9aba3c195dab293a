/** A client that says exactly what a test wants it to say in MQTT 5, and takes the answers one by one. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { PASSWORD } from '../open-test-broker.ts';

type Command = NonNullable<Packet['cmd']>;

/** Those of any packet that the tests ask for. */
interface Properties {
  readonly assignedClientIdentifier?: string;
  readonly correlationData?: Buffer;
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
  readonly responseInformation?: string;
  readonly responseTopic?: string;
  readonly serverKeepAlive?: number;
  readonly sessionExpiryInterval?: number;
  readonly subscriptionIdentifier?: number | readonly number[];
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>;
}

/** Loosely typed: tests look at whatever a packet holds. */
export type Answer = {
  readonly cmd: string;
  readonly reasonCode?: number;
  readonly sessionPresent?: boolean;
  readonly messageId?: number;
  readonly topic?: string;
  readonly payload?: Buffer;
  readonly qos?: number;
  readonly dup?: boolean;
  readonly retain?: boolean;
  readonly granted?: readonly number[];
  readonly properties?: Properties;
};

export interface V5Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  send(...packets: object[]): void;
  raw(bytes: readonly number[] | Buffer): void;
  /** The next packet that was not taken yet. Rejects when the connection ends without it. */
  next(cmd: Command): Promise<Answer>;
  /** Packets that came and were not taken. */
  readonly left: readonly Answer[];
  /** Answers to everything before have come when this resolves. */
  ping(): Promise<void>;
}

export async function openV5(port: number): Promise<V5Client> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  const left: Answer[] = [];
  let wake = () => {};
  let isClosed = false;
  const parser = mqttPacket.parser({ protocolVersion: 5 } as never);
  parser.on('packet', (packet: Packet) => {
    left.push({ ...packet } as unknown as Answer);
    wake();
  });
  socket.on('data', (chunk) => parser.parse(chunk));
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(() => {
    isClosed = true;
    wake();
  });
  const client: V5Client = {
    ...{ socket, closed, left },
    send: (...packets) => void socket.write(Buffer.concat(packets.map(encode))),
    raw: (bytes) => void socket.write(Buffer.from(bytes)),
    async next(cmd) {
      for (;;) {
        const index = left.findIndex((packet) => packet.cmd === cmd);
        const [found] = index < 0 ? [] : left.splice(index, 1);
        if (found !== undefined) return found;
        if (isClosed) throw new Error(`closed without ${cmd}; left: ${left.map((packet) => packet.cmd).join(' ')}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async ping() {
      client.send({ cmd: 'pingreq' });
      await client.next('pingresp');
    },
  };
  return client;
}

/** Connects, and answers the CONNACK as well. */
export async function connectV5(port: number, extra: object = {}, device = 'probe') {
  const client = await openV5(port);
  client.send(connectV5Packet(extra, device));
  return { ...client, connack: await client.next('connack'), left: client.left };
}

export const encode = (packet: object): Buffer => mqttPacket.generate(packet as Packet, { protocolVersion: 5 });

export function connectV5Packet(extra: object = {}, device = 'probe'): object {
  const id = `park.${device}`;
  return {
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clean: true, keepalive: 60 },
    ...{ clientId: id, username: id, password: Buffer.from(PASSWORD) },
    ...extra,
  };
}

export const OWN = 'daoyu/park/probe/';

export function publishV5(messageId: number, payload: string | Buffer = '{}', extra: object = {}): object {
  const base = { cmd: 'publish', topic: `${OWN}telemetry`, payload, qos: 1, messageId, dup: false, retain: false };
  return { ...base, ...extra };
}

export function subscribeV5(messageId: number, filters: readonly (string | object)[], properties: object = {}): object {
  const subscriptions = filters.map((each) => (typeof each === 'string' ? { topic: each, qos: 1 } : each));
  return { cmd: 'subscribe', messageId, subscriptions, properties };
}
