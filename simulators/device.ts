/** A virtual device: samples a model by its own clock, applies faults, buffers what it cannot send, publishes over real MQTT. */
import { clientIdOf } from '../base/topics.ts';
import type { Kind } from '../sensors/kind.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { createDeviceClock } from './device-clock.ts';
import { createDisturbances } from './disturbances.ts';
import type { LinkFault, Message } from './fault.ts';
import type { DeviceFaults } from './faults.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Measurement } from './measurement.ts';
import type { Model } from './model.ts';
import { createObedience } from './obedience.ts';
import { createOutbox } from './outbox.ts';
import { seedOf } from './random.ts';
import { createSampler } from './sampler.ts';
import type { DeviceTruth } from './truth.ts';
import { createEncoder } from './vendor-format.ts';

export interface DeviceOptions extends Pick<ConnectionOptions, 'url' | 'onError' | 'onRefused' | 'onTrouble'> {
  readonly member: FleetMember;
  readonly kind: Kind;
  readonly model: Model;
  readonly seed: string;
  readonly faults?: DeviceFaults;
  readonly truth?: DeviceTruth;
  /** Capacity of its memory in readings; beyond it, the oldest are overwritten. */
  readonly capacity: number;
  /** The real clock, epoch ms, for times of acknowledgement. */
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
  /** Acknowledged publishes, including resends. */
  readonly messages: number;
  readonly isConnected: boolean;
  /** A connection fault is in progress; readings made meanwhile follow later. */
  readonly isDisturbed: boolean;
  /** Undefined if it may keep measuring; otherwise resolves once its connection is back and its backlog is short: a run through the past must wait for the real connection. */
  ready(): Promise<void> | undefined;
  /** Starts connecting. */
  open(): void;
  connected(): Promise<void>;
  /** Measures at an instant of true time. False if the model was silent. */
  measure(at: number): boolean;
  /** Starts a connection fault; the returned function ends it. */
  disturb(fault: LinkFault): () => void;
  /** Resolves once its connection is healthy and everything measured is acknowledged; at once if the device was refused. */
  settled(): Promise<void>;
  close(how?: 'orderly' | 'abrupt'): Promise<void>;
}

/** Keeps a batch of the widest kind below 64 kB. */
const BATCH_SIZE = 100;
/** Most publishes without their PUBACK. */
const WINDOW = 2;
const FIRMWARE = ['1.8.3', '2.0.1', '2.1.0'];

export function createDevice(options: DeviceOptions): VirtualDevice {
  const { member, kind, model, faults, truth, clock } = options;
  const name = clientIdOf(member);
  const seed = seedOf(`${options.seed}/${name}/device`);
  // A ground station takes the time from GNSS.
  const clockOf = kind.isIntermittent ? (at: number) => at : createDeviceClock(seed);
  const sampler = createSampler({ member, kind, model, seed: `${options.seed}/${name}` });
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
    at: () => sampler.measuredAt() ?? clock(),
    clock,
    faultAt: faults?.replyAt,
    reply: (payload) => connection.reply(payload),
  });
  const outbox = createOutbox<Measurement>({
    send,
    capacity: options.capacity,
    batchSize: BATCH_SIZE,
    // A lost acknowledgement drops the connection. Nothing else may be in progress then, or it would be unknown what arrived.
    window: faults?.planned.some(({ fault }) => fault === 'lost-ack') ? 1 : WINDOW,
    onOverwritten: (lost) => truth?.overwritten(lost),
  });
  const busyFrom = Math.min(4 * BATCH_SIZE, options.capacity / 2);
  let seq = 0;
  let messages = 0;
  const disturbances = createDisturbances({ connection, outbox, onTrouble: options.onTrouble });

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
    get isDisturbed() {
      return disturbances.count > 0;
    },
    ready() {
      if (connection.isRefused) return undefined;
      if (disturbances.isReturning) return disturbances.settled();
      return outbox.buffered >= busyFrom && disturbances.count === 0 ? drainedOrRefused() : undefined;
    },
    open: () => connection.open(),
    connected: () => connection.connected(),
    measure(at) {
      const values = sampler.valuesAt(at);
      if (values === undefined) return false;
      const measurement: Measurement = { at, time: clockOf(at), seq, values, ...(seq === 0 && { notes }) };
      seq += 1;
      for (const each of faults?.alter(measurement) ?? [measurement]) {
        truth?.measured(each);
        outbox.put(each);
      }
      return true;
    },
    disturb: disturbances.begin,
    async settled() {
      if (connection.isRefused) return;
      await disturbances.settled();
      await drainedOrRefused();
    },
    async close(how = 'orderly') {
      outbox.close();
      obedience.close();
      await connection.close(how);
    },
  };
}
