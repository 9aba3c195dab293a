/** A virtual device: samples a model by its own clock, applies faults, buffers what it cannot send, publishes over real MQTT. */
import { clientIdOf } from '../base/topics.ts';
import type { Kind } from '../sensors/kind.ts';
import { batterySignalFields, createBatterySignal } from './battery-signal.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { createDeviceClock } from './device-clock.ts';
import type { LinkFault, Message } from './fault.ts';
import type { DeviceFaults } from './faults.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Measurement } from './measurement.ts';
import type { Model } from './model.ts';
import { createObedience } from './obedience.ts';
import { createOutbox } from './outbox.ts';
import { seedOf } from './random.ts';
import type { DeviceTruth } from './truth.ts';
import { createEncoder, registersOf } from './vendor-format.ts';

export interface DeviceOptions extends Pick<ConnectionOptions, 'url' | 'onError' | 'onRefused' | 'onTrouble'> {
  readonly member: FleetMember;
  readonly kind: Kind;
  readonly model: Model;
  readonly seed: string;
  readonly faults?: DeviceFaults;
  readonly truth?: DeviceTruth;
  /** Readings that its memory holds; of more the oldest are overwritten. */
  readonly capacity: number;
  /** Epoch ms, the real clock: when something was acknowledged. */
  readonly clock: () => number;
}

export interface VirtualDevice {
  readonly member: FleetMember;
  readonly counts: {
    readonly sent: number;
    readonly acknowledged: number;
    readonly buffered: number;
    readonly overwritten: number;
  };
  /** Publishes acknowledged, those sent again included. */
  readonly messages: number;
  readonly isConnected: boolean;
  /** Undefined when it may measure on; else resolves when its connection is back and its backlog short: a run that hurries through the past must wait for what takes real time. */
  ready(): Promise<void> | undefined;
  /** Begins to connect. */
  open(): void;
  connected(): Promise<void>;
  /** Measures at a true instant. False when the model was silent: nothing to measure now. */
  measure(at: number): boolean;
  /** The beginning of a fault of its connection; the end of it by what is returned. */
  disturb(fault: LinkFault): () => void;
  /** Resolves when its connection is as it should be and all it measured is acknowledged; for a refused device at once. */
  settled(): Promise<void>;
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** Keeps a batch of the widest kind below 64 kB. */
const BATCH_SIZE = 100;
/** Publishes without their PUBACK at one time. */
const WINDOW = 2;
const FIRMWARE = ['1.8.3', '2.0.1', '2.1.0'];

export function createDevice(options: DeviceOptions): VirtualDevice {
  const { member, kind, model, faults, truth, clock } = options;
  const name = clientIdOf(member);
  const seed = seedOf(`${options.seed}/${name}/device`);
  // A ground station has the clock of its satellites.
  const clockOf = kind.isIntermittent ? (at: number) => at : createDeviceClock(seed);
  const batterySignal = createBatterySignal({ kind, seed: `${options.seed}/${name}`, siteType: member.siteType });
  const own = new Set(batterySignalFields(kind));
  const known = member.mapping && new Set(registersOf(member.mapping).keys());
  const encode = createEncoder(member.mapping);
  const notes = { firmware: FIRMWARE[seed % FIRMWARE.length] ?? '' };
  const connection = createConnection({
    url: options.url,
    login: member,
    ...(options.onRefused && { onRefused: options.onRefused }),
    ...(options.onError && { onError: options.onError }),
    ...(options.onTrouble && { onTrouble: options.onTrouble }),
    onDoubt: (publishes) => truth?.doubted(publishes),
    onCommand: (command, payload) => obedience.take(command, payload),
  });
  const obedience = createObedience({
    model,
    at: () => measuredAt ?? clock(),
    clock,
    faultAt: faults?.replyAt,
    reply: (payload) => connection.reply(payload),
  });
  const outbox = createOutbox<Measurement>({
    send,
    capacity: options.capacity,
    batchSize: BATCH_SIZE,
    // What loses its acknowledgement loses its connection: nothing else may be under way then, or nobody would know what arrived.
    window: faults?.planned.some(({ fault }) => fault === 'lost-ack') ? 1 : WINDOW,
    onOverwritten: (lost) => truth?.overwritten(lost),
  });
  const busyFrom = Math.min(4 * BATCH_SIZE, options.capacity / 2);
  let seq = 0;
  let measuredAt: number | undefined;
  let messages = 0;
  let disturbances = 0;
  let isReturning = false;
  /** Changes of the connection, one after the other. */
  let network = Promise.resolve();

  function valuesAt(at: number): Record<string, number> | undefined {
    const measured = model.sample(at, measuredAt);
    measuredAt = at;
    const values: Record<string, number> = {};
    let isSilent = true;
    for (const field in measured) {
      const value = measured[field];
      if (value === undefined || own.has(field) || (known !== undefined && !known.has(field))) continue;
      values[field] = value;
      isSilent = false;
    }
    if (isSilent) return undefined;
    const said = batterySignal(at);
    for (const field in said) if (known?.has(field) ?? true) values[field] = said[field] ?? 0;
    return values;
  }

  async function send(batch: readonly Measurement[]): Promise<void> {
    const newest = batch.at(-1);
    if (newest === undefined) return;
    const message: Message = { payload: encode(batch), isResend: false };
    for (const each of faults?.send(message, newest) ?? [message]) {
      await connection.connected();
      await connection.publish(each.payload, each.isResend);
      messages += 1;
      truth?.delivered(each, batch, clock());
      if (!each.losesAck) continue;
      await connection.cut();
      await connection.restore();
    }
  }

  function drainedOrRefused(): Promise<void> {
    return Promise.race([outbox.drained(), connection.refused]);
  }

  function change(work: () => Promise<void> | void): void {
    network = network.then(work).catch((error: unknown) => options.onTrouble?.(String(error)));
  }

  return {
    member,
    get counts() {
      return outbox;
    },
    get messages() {
      return messages;
    },
    get isConnected() {
      return connection.isConnected;
    },
    ready() {
      if (connection.isRefused) return undefined;
      if (isReturning) return network;
      return outbox.buffered >= busyFrom && disturbances === 0 ? drainedOrRefused() : undefined;
    },
    open: () => connection.open(),
    connected: () => connection.connected(),
    measure(at) {
      const values = valuesAt(at);
      if (values === undefined) return false;
      const measurement: Measurement = { at, time: clockOf(at), seq, values, ...(seq === 0 && { notes }) };
      seq += 1;
      for (const each of faults?.alter(measurement) ?? [measurement]) {
        truth?.measured(each);
        outbox.put(each);
      }
      return true;
    },
    disturb(fault) {
      disturbances += 1;
      outbox.hold();
      const end = () => {
        disturbances -= 1;
        outbox.release();
      };
      if (fault.is === 'hold') return end;
      change(async () => {
        await outbox.idle();
        await connection.cut();
      });
      const back = () => change(() => connection.restore());
      if (fault.is === 'storm') {
        for (let cycle = 1; cycle < fault.cycles; cycle++) {
          back();
          change(() => connection.cut());
        }
      }
      return () => {
        isReturning = true;
        back();
        change(() => {
          isReturning = false;
          end();
        });
      };
    },
    async settled() {
      if (connection.isRefused) return;
      await network;
      await drainedOrRefused();
    },
    async close(how = 'orderly') {
      outbox.close();
      obedience.close();
      await connection.close(how);
    },
  };
}
