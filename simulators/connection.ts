/** A device's MQTT connection: its own credential and last will, QoS 1, an ordered window of unacknowledged publishes. */
import mqtt from 'mqtt';
import { clientIdOf, type DeviceAddress, topicsOf } from '../topics.ts';

export interface DeviceLogin extends DeviceAddress {
  readonly password: string;
}

export interface ConnectionOptions {
  /** `mqtt://host:port`, `ws://…` or `mqtts://…`. */
  readonly url: string;
  readonly login: DeviceLogin;
  /** What the broker says on the device's `errors` topic. */
  readonly onError?: (report: string) => void;
  /** The broker refused the credential: nothing but a person can mend that. */
  readonly onRefused?: (message: string) => void;
}

export interface DeviceConnection {
  readonly isConnected: boolean;
  /** Resolves with the PUBACK. While offline it waits; the client resends what was not acknowledged. */
  publish(payload: string): Promise<void>;
  /** Once connected. */
  connected(): Promise<void>;
  /** With `orderly`, says `offline` and waits for acknowledgements; without, breaks off like a lost network. */
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** Begins to connect and keeps at it for ever, with a pause that differs from device to device so that a fleet does not return as one. */
export function openConnection({ url, login, onError, onRefused }: ConnectionOptions): DeviceConnection {
  const topics = topicsOf(login);
  const id = clientIdOf(login);
  const client = mqtt.connect(url, {
    clientId: id,
    username: id,
    password: login.password,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 1000 + (hash(id) % 2000),
    connectTimeout: 15_000,
    will: { topic: topics.status, payload: Buffer.from('offline'), qos: 1, retain: true },
    reconnectOnConnackError: true,
  });
  const refusals = new Set([2, 4, 5]);
  client.on('error', (error) => {
    if ('code' in error && refusals.has(Number(error.code))) onRefused?.(error.message);
  });
  client.on('connect', () => {
    client.publish(topics.status, 'online', { qos: 1, retain: true });
    if (onError !== undefined) client.subscribe(topics.errors, { qos: 1 });
  });
  client.on('message', (_topic, payload) => onError?.(payload.toString('utf8')));

  return {
    get isConnected() {
      return client.connected;
    },
    async publish(payload) {
      await client.publishAsync(topics.telemetry, payload, { qos: 1 });
    },
    connected() {
      if (client.connected) return Promise.resolve();
      return new Promise((resolve) => client.once('connect', () => resolve()));
    },
    async close(how = 'orderly') {
      if (how === 'abrupt' || !client.connected) {
        await client.endAsync(true);
        return;
      }
      await client.publishAsync(topics.status, 'offline', { qos: 1, retain: true });
      await client.endAsync();
    },
  };
}

/** FNV-1a, enough to spread devices. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}
