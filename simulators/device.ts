/** A virtual device: measures with a model at its interval, keeps what it could not send, publishes over real MQTT with its own credential. */
import { type DeviceLogin, openConnection } from './connection.ts';
import type { Model } from './model.ts';
import { createOutbox } from './outbox.ts';

export interface DeviceOptions {
  readonly url: string;
  readonly login: DeviceLogin;
  readonly model: Model;
  readonly intervalMs: number;
  /** How the device writes a reading; the platform's own JSON unless a vendor's format is simulated. */
  readonly encode?: (readings: readonly Measurement[]) => string;
  /** Epoch ms; the device's own clock. */
  readonly clock: () => number;
  readonly onRefused?: (message: string) => void;
  readonly onError?: (report: string) => void;
}

export interface Measurement {
  readonly time: number;
  readonly seq: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface VirtualDevice {
  readonly counts: {
    readonly sent: number;
    readonly acknowledged: number;
    readonly buffered: number;
    readonly overwritten: number;
  };
  /** Measures the past as a logger would have, oldest first, and resolves when all of it is acknowledged. */
  backfill(from: number, to: number, everyMs: number): Promise<void>;
  /** Measures at each interval from now on. */
  start(): void;
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** What a small logger holds: two days at one reading a minute. */
const CAPACITY = 2880;
/** Keeps a batch of the widest kind below 64 kB. */
const BATCH_SIZE = 100;

export function openDevice(options: DeviceOptions): VirtualDevice {
  const { url, login, model, intervalMs, clock, encode = encodeReadings } = options;
  const connection = openConnection({
    url,
    login,
    ...(options.onRefused && { onRefused: options.onRefused }),
    ...(options.onError && { onError: options.onError }),
  });
  const outbox = createOutbox<Measurement>({
    send: async (batch) => {
      await connection.connected();
      await connection.publish(encode(batch));
    },
    capacity: CAPACITY,
    batchSize: BATCH_SIZE,
    window: 2,
  });
  let seq = 0;
  let timer: NodeJS.Timeout | undefined;

  function measure(at: number): void {
    const values = model.sample(at);
    if (Object.keys(values).length === 0) return;
    outbox.put({ time: at, seq: seq++, values });
  }

  return {
    get counts() {
      return outbox;
    },
    async backfill(from, to, everyMs) {
      for (let at = from; at < to; at += everyMs) {
        measure(at);
        if (outbox.buffered >= CAPACITY / 2) await outbox.drained();
        // One device's past must not hold up the others' present.
        else if (seq % BATCH_SIZE === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await outbox.drained();
    },
    start() {
      timer ??= setInterval(() => measure(clock()), intervalMs);
      measure(clock());
    },
    async close(how = 'orderly') {
      clearInterval(timer);
      outbox.close();
      await connection.close(how);
    },
  };
}

/** One object for one reading, an array for a backlog. */
export function encodeReadings(readings: readonly Measurement[]): string {
  const objects = readings.map(({ time, seq, values }) => ({ time, seq, ...values }));
  return JSON.stringify(objects.length === 1 ? objects[0] : objects);
}
