/** A real broker on a free port with one device's credential or more, and raw or MQTT.js clients against it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { openBroker } from '../../broker/aedes.ts';
import type { Broker, BrokerLimits, BrokerOptions, InboundMessage } from '../../broker/broker.ts';
import { hashPassword } from '../../broker/credentials.ts';

export const PASSWORD = 'a password of the tests';
const passwordHash = hashPassword(PASSWORD);

export const limits: BrokerLimits = {
  maxPacketBytes: 64 * 1024,
  maxTopicBytes: 256,
  maxConnections: 5000,
  maxConnectionsPerAddress: 5000,
  maxMessagesPerSecond: 100_000,
  maxInFlightPerClient: 100,
  maxInFlight: 20_000,
  maxInFlightBytes: 64 * 1024 * 1024,
  connectTimeoutMs: 5000,
  minKeepAliveSeconds: 60,
  maxKeepAliveSeconds: 1200,
  drainTimeoutMs: 1000,
  admitTimeoutMs: 10_000,
  maxPersistentSessions: 100,
  maxQueuedPerSession: 10,
  maxSubscriptions: 20,
};

export interface TestBroker {
  readonly broker: Broker;
  readonly port: number;
  readonly admitted: InboundMessage[];
  readonly logged: string[];
  connect(device?: string, options?: IClientOptions): Promise<MqttClient>;
  raw(): Promise<RawClient>;
}

export interface RawClient {
  readonly socket: Socket;
  readonly packets: Packet[];
  readonly closed: Promise<unknown>;
  send(...packets: Packet[]): void;
  /** Waits for a packet of this command. */
  next(cmd: Packet['cmd']): Promise<Packet>;
}

export async function openTestBroker(
  options: Partial<Omit<BrokerOptions, 'limits'>> & { readonly limits?: Partial<BrokerLimits> } = {},
  persistence?: object,
): Promise<TestBroker> {
  const admitted: InboundMessage[] = [];
  const logged: string[] = [];
  const log = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const hash = await passwordHash;
  const broker = await openBroker(
    {
      host: '127.0.0.1',
      tcpPort: 0,
      admit: async (message) => void admitted.push(message),
      admitOversize: async () => {},
      findCredential: (username) => {
        const [park, device] = username.split('.');
        return park === 'park' && device !== undefined && device !== 'nobody'
          ? { park, device, passwordHashes: [hash] }
          : undefined;
      },
      clock: Date.now,
      log: { info: log, warn: log, error: log },
      ...options,
      limits: { ...limits, ...options.limits },
    },
    persistence,
  );
  onTestFinished(() => broker.close());
  const port = Number(new URL(broker.urls.mqtt ?? '').port);
  return {
    broker,
    port,
    admitted,
    logged,
    async connect(device = 'probe', extra = {}) {
      const id = `park.${device}`;
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
        clientId: id,
        username: id,
        password: PASSWORD,
        reconnectPeriod: 0,
        ...extra,
      });
      client.on('error', () => {});
      onTestFinished(async () => {
        await client.endAsync(true);
      });
      return client;
    },
    async raw() {
      const client = await openRaw(port);
      onTestFinished(() => void client.socket.destroy());
      return client;
    },
  };
}

export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const packets: Packet[] = [];
  const waiters: { readonly cmd: string; readonly resolve: (packet: Packet) => void }[] = [];
  const parser = mqttPacket.parser();
  parser.on('packet', (packet: Packet) => {
    packets.push(packet);
    const index = waiters.findIndex((waiter) => waiter.cmd === packet.cmd);
    if (index >= 0) waiters.splice(index, 1)[0]?.resolve(packet);
  });
  socket.on('data', (chunk) => parser.parse(chunk));
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  return {
    socket,
    packets,
    closed,
    send: (...each) => void socket.write(Buffer.concat(each.map((packet) => mqttPacket.generate(packet)))),
    next: (cmd) => new Promise((resolve) => waiters.push({ cmd: cmd ?? '', resolve })),
  };
}

export function connectPacket(device = 'probe', extra: object = {}): Packet {
  const id = `park.${device}`;
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: id,
    username: id,
    password: Buffer.from(PASSWORD),
    keepalive: 60,
    ...extra,
  } as Packet;
}

export function publishPacket(messageId: number, payload: string | Buffer = '{}', extra: object = {}): Packet {
  return {
    cmd: 'publish',
    topic: 'daoyu/park/probe/telemetry',
    payload,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
    ...extra,
  } as Packet;
}
