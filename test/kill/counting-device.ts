/** A device that knows exactly what it sent and what was acknowledged, and resends what was not. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Credentials } from '../running-platform.ts';

export interface CountingDevice {
  /** Measured times, in the order sent; the value of a reading is derived from its time. */
  readonly sent: Set<number>;
  readonly acknowledged: Set<number>;
  /** PUBLISH packets that went out, those with DUP included. */
  readonly published: number;
  readonly device: string;
  start(): void;
  /** Stops measuring; resolves when all that was sent is acknowledged. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export const valueAt = (time: number) => (time % 1400) / 100;

const WINDOW = 20;

export function openCountingDevice(
  url: string,
  credentials: Credentials,
  firstTime: number,
  options: IClientOptions = {},
): CountingDevice {
  const sent = new Set<number>();
  const acknowledged = new Set<number>();
  const waiting: number[] = [];
  let inFlight = 0;
  let published = 0;
  let nextTime = firstTime;
  let isMeasuring = false;
  let finished: (() => void) | undefined;
  const client: MqttClient = mqtt.connect(url, {
    clientId: credentials.clientId,
    username: credentials.username,
    password: credentials.password,
    reconnectPeriod: 50,
    connectTimeout: 2000,
    ...options,
  });
  client.on('error', () => {}); // Refused connections while the platform is down are the point of the test.
  client.on('packetsend', ({ cmd }) => {
    if (cmd === 'publish') published += 1;
  });
  client.on('connect', pump);

  function pump(): void {
    while (client.connected && inFlight < WINDOW) {
      const time = waiting.shift() ?? measure();
      if (time === undefined) return;
      inFlight += 1;
      const payload = JSON.stringify({ time, dissolved_oxygen: valueAt(time) });
      // Kept by the client and sent again, with DUP, after a reconnect: the callback comes with the PUBACK, whenever that is.
      client.publish(credentials.topics.telemetry, payload, { qos: 1 }, (error) => {
        inFlight -= 1;
        if (error) waiting.push(time);
        else acknowledged.add(time);
        if (!isMeasuring && inFlight === 0 && waiting.length === 0) finished?.();
        else setImmediate(pump);
      });
    }
  }

  function measure(): number | undefined {
    if (!isMeasuring) return undefined;
    nextTime += 1000;
    sent.add(nextTime);
    return nextTime;
  }

  return {
    sent,
    acknowledged,
    get published() {
      return published;
    },
    device: credentials.clientId.split('.')[1] ?? '',
    start() {
      isMeasuring = true;
      pump();
    },
    finish() {
      isMeasuring = false;
      if (inFlight === 0 && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        finished = resolve;
        pump();
      });
    },
    async close() {
      await client.endAsync(true);
    },
  };
}
