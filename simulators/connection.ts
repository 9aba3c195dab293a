/** The MQTT connection of a simulated device: own credential, last will, QoS 1, and a network that can be cut and restored. */
import mqtt from 'mqtt';
import { clientIdOf, type DeviceAddress, topicsOf } from '../base/topics.ts';
import { seedOf } from './random.ts';

export interface DeviceLogin extends DeviceAddress {
  readonly password: string;
}

export interface ConnectionOptions {
  /** `mqtt://host:port`, `ws://…` or `mqtts://…`. */
  readonly url: string;
  readonly login: DeviceLogin;
  /** What the broker says on the device's `errors` topic. */
  readonly onError?: (report: string) => void;
  /** A command to the device: the name of its topic and the payload. */
  readonly onCommand?: (name: string, payload: string) => void;
  /** The broker refused the credential: nothing but a person can mend that. */
  readonly onRefused?: (message: string) => void;
  /** Nobody answers, or the network broke; it goes on trying. */
  readonly onTrouble?: (message: string) => void;
  /** The connection broke unasked while publishes were under way: whether they arrived is not known, and they are sent again. */
  readonly onDoubt?: (publishes: number) => void;
}

export interface DeviceConnection {
  readonly isConnected: boolean;
  readonly isRefused: boolean;
  /** Resolves when the broker refuses the credential. */
  readonly refused: Promise<void>;
  /** Begins to connect, and keeps at it for ever. */
  open(): void;
  /** Resolves with the PUBACK. While offline it waits; the client resends what was not acknowledged. */
  publish(payload: string, isResend?: boolean): Promise<void>;
  /** An answer to a command. What is lost with the connection is answered again when the command comes again. */
  reply(payload: string): void;
  /** Once connected. */
  connected(): Promise<void>;
  /** Breaks off like a lost network, once all that is under way is acknowledged, so that nobody need guess what arrived. */
  cut(): Promise<void>;
  /** Gives the network back; resolves when connected. */
  restore(): Promise<void>;
  /** With `orderly`, says `offline` and waits for acknowledgements; without, breaks off like a lost network. */
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** CONNACK codes of MQTT 3.1.1: identifier rejected, bad user name or password, not authorized. */
const REFUSALS = new Set([2, 4, 5]);

export function openConnection(options: ConnectionOptions): DeviceConnection {
  const connection = createConnection(options);
  connection.open();
  return connection;
}

/** A broker that is gone does not hear a farewell; whoever stops a simulator does not wait for it. */
const LEAVE_MS = 3000;

export function createConnection({ url, login, ...on }: ConnectionOptions): DeviceConnection {
  const topics = topicsOf(login);
  const id = clientIdOf(login);
  /** A pause that differs from device to device, so that a fleet does not return as one. */
  const reconnectPeriod = 1000 + (seedOf(id) % 2000);
  const client = mqtt.connect(url, {
    clientId: id,
    username: id,
    password: login.password,
    clean: true,
    keepalive: 60,
    reconnectPeriod,
    connectTimeout: 15_000,
    will: { topic: topics.status, payload: Buffer.from('offline'), qos: 1, retain: true },
    reconnectOnConnackError: true,
    manualConnect: true,
  });
  let isRefused = false;
  let refuse = () => {};
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  let isCut = false;
  let isClosed = false;
  /** Telemetry without its PUBACK; and everything without one. */
  let readings = 0;
  let underWay = 0;
  let idlers: (() => void)[] = [];
  client.on('error', (error) => {
    if ('code' in error && REFUSALS.has(Number(error.code))) {
      isRefused = true;
      refuse();
      on.onRefused?.(error.message);
    } else on.onTrouble?.(messageOf(error));
  });
  client.on('connect', () => {
    // What is lost with a connection that was ended for good fails here; the next one says it again.
    track(client.publishAsync(topics.status, 'online', { qos: 1, retain: true })).catch(() => {});
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

  function connected(): Promise<void> {
    if (client.connected && !isCut) return Promise.resolve();
    return new Promise((resolve) => client.once('connect', () => resolve()));
  }

  async function track(publish: Promise<unknown>): Promise<void> {
    underWay += 1;
    try {
      await publish;
    } finally {
      underWay -= 1;
      if (underWay === 0) {
        for (const call of idlers) call();
        idlers = [];
      }
    }
  }

  function idle(): Promise<void> {
    if (underWay === 0) return Promise.resolve();
    return new Promise((resolve) => idlers.push(resolve));
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
        await track(client.publishAsync(topics.telemetry, payload, { qos: 1, dup: isResend }));
      } finally {
        readings -= 1;
      }
    },
    reply(payload) {
      track(client.publishAsync(topics.replies, payload, { qos: 1 })).catch(() => {});
    },
    connected,
    async cut() {
      await idle();
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

  /** The client takes a connection that is still being made for ended before its socket has closed, and would come back when that does. */
  async function breakOff(): Promise<void> {
    client.options.reconnectPeriod = 0;
    await client.endAsync(true);
  }

  async function takeLeave(): Promise<void> {
    try {
      await client.publishAsync(topics.status, 'offline', { qos: 1, retain: true });
      await idle();
      await client.endAsync();
    } catch {
      // The connection ended meanwhile: its last will says the same.
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Node joins the failures of several addresses of one name. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join('; ');
  return error.message;
}
