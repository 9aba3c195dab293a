/** The MQTT connection of a simulated device: own credential, last will, QoS 1, and a network that can be cut and restored. */
import mqtt, { type IClientOptions } from 'mqtt';
import { clientIdOf, type DeviceAddress, topicsOf } from '../base/topics.ts';
import { createPending } from './pending.ts';
import { seedOf } from './random.ts';

export interface DeviceLogin extends DeviceAddress {
  readonly password: string;
}

export interface ConnectionOptions {
  /** `mqtt://host:port`, `ws://…` or `mqtts://…`. */
  readonly url: string;
  readonly login: DeviceLogin;
  /** A report on the device's `errors` topic. */
  readonly onError?: (report: string) => void;
  /** A command to the device: the name of its topic and the payload. */
  readonly onCommand?: (name: string, payload: string) => void;
  /** The broker refused the credential; retrying does not help. */
  readonly onRefused?: (message: string) => void;
  /** No answer, or the network failed; the device retries. */
  readonly onTrouble?: (message: string) => void;
  /** The connection failed during publishes, which are resent: they may have arrived once or twice. */
  readonly onDoubt?: (publishes: number) => void;
}

export interface DeviceConnection {
  readonly isConnected: boolean;
  readonly isRefused: boolean;
  /** Resolves when the broker refuses the credential. */
  readonly refused: Promise<void>;
  /** Connects, and reconnects without end. */
  open(): void;
  /** Resolves with the PUBACK. Waits while offline; the client resends unacknowledged publishes. */
  publish(payload: string, isResend?: boolean): Promise<void>;
  /** A reply to a command. A lost one is sent again when the command is repeated. */
  reply(payload: string): void;
  /** Resolves once connected. */
  connected(): Promise<void>;
  /** Drops the connection like a failed network, once everything in progress is acknowledged: so it is known what arrived. */
  cut(): Promise<void>;
  /** Restores the network; resolves when connected. */
  restore(): Promise<void>;
  /** `orderly`: publishes `offline` and waits for acknowledgements; `abrupt`: drops the connection like a failed network. */
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** CONNACK codes of MQTT 3.1.1: identifier rejected, bad user name or password, not authorized. */
const REFUSALS = new Set([2, 4, 5]);

export function openConnection(options: ConnectionOptions): DeviceConnection {
  const connection = createConnection(options);
  connection.open();
  return connection;
}

/** Longest wait for the last publish of an orderly close, since the broker may be down. */
const LEAVE_MS = 3000;

export function createConnection({ url, login, ...on }: ConnectionOptions): DeviceConnection {
  const topics = topicsOf(login);
  /** Differs between devices, so that a fleet does not reconnect at the same moment. */
  const reconnectPeriod = 1000 + (seedOf(clientIdOf(login)) % 2000);
  const client = mqtt.connect(url, clientOptions(login, reconnectPeriod));
  let isRefused = false;
  let refuse = () => {};
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  let isCut = false;
  let isClosed = false;
  /** Telemetry publishes without their PUBACK. */
  let readings = 0;
  const pending = createPending();
  listen();

  function listen(): void {
    client.on('error', (error) => {
      if ('code' in error && REFUSALS.has(Number(error.code))) {
        isRefused = true;
        refuse();
        on.onRefused?.(error.message);
      } else on.onTrouble?.(messageOf(error));
    });
    client.on('connect', () => {
      // Fails if the connection was ended for good; the next connection publishes it again.
      pending.track(client.publishAsync(topics.status, 'online', { qos: 1, retain: true })).catch(() => {});
      if (on.onError !== undefined) client.subscribe(topics.errors, { qos: 1 });
      if (on.onCommand !== undefined) client.subscribe(topics.commands, { qos: 1 });
    });
    client.on('close', () => {
      if (readings > 0 && !isCut) on.onDoubt?.(readings);
    });
    client.on('message', (topic, payload) => {
      const text = payload.toString('utf8');
      if (topic === topics.errors) on.onError?.(text);
      else on.onCommand?.(topic.slice(topic.lastIndexOf('/') + 1), text);
    });
  }

  function connected(): Promise<void> {
    if (client.connected && !isCut) return Promise.resolve();
    return new Promise((resolve) => client.once('connect', () => resolve()));
  }

  return {
    get isConnected() {
      return client.connected;
    },
    get isRefused() {
      return isRefused;
    },
    refused,
    open() {
      client.connect();
    },
    async publish(payload, isResend = false) {
      readings += 1;
      try {
        await pending.track(client.publishAsync(topics.telemetry, payload, { qos: 1, dup: isResend }));
      } finally {
        readings -= 1;
      }
    },
    reply(payload) {
      pending.track(client.publishAsync(topics.replies, payload, { qos: 1 })).catch(() => {});
    },
    connected,
    async cut() {
      await pending.idle();
      if (isCut || isClosed) return;
      isCut = true;
      await breakOff();
    },
    async restore() {
      if (!isCut || isClosed) return;
      isCut = false;
      client.options.reconnectPeriod = reconnectPeriod;
      client.reconnect();
      await connected();
    },
    async close(how = 'orderly') {
      isClosed = true;
      if (how === 'abrupt' || isCut || !client.connected) {
        if (!isCut) await breakOff();
        return;
      }
      await Promise.race([takeLeave(), pause(LEAVE_MS)]);
      await breakOff();
    },
  };

  /** The client considers a pending connection ended before its socket has closed, and would reconnect afterwards. */
  async function breakOff(): Promise<void> {
    client.options.reconnectPeriod = 0;
    await client.endAsync(true);
  }

  async function takeLeave(): Promise<void> {
    try {
      await client.publishAsync(topics.status, 'offline', { qos: 1, retain: true });
      await pending.idle();
      await client.endAsync();
    } catch {
      // If the connection has ended, the last will says the same.
    }
  }
}

function clientOptions(login: DeviceLogin, reconnectPeriod: number): IClientOptions {
  const id = clientIdOf(login);
  return {
    clientId: id,
    username: id,
    password: login.password,
    clean: true,
    keepalive: 60,
    reconnectPeriod,
    connectTimeout: 15_000,
    will: { topic: topicsOf(login).status, payload: Buffer.from('offline'), qos: 1, retain: true },
    reconnectOnConnackError: true,
    manualConnect: true,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Node reports the failures of all addresses of a host in one error. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join('; ');
  return error.message;
}
