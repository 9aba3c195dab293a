/** From a publish to a durable verdict: decode, map, validate, deduplicate, flag, group commit. The broker awaits it before the PUBACK. */

import { type DeviceAddress, type DeviceTopic, subjects } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { CommandEntry, DeviceEntry } from '../bus/events.ts';
import { createRecords, payloadOf, randomRun } from '../bus/quarantine-record.ts';
import type { Rejection } from '../bus/rejection.ts';
import { lockOf } from '../registry/device-change.ts';
import { LEFT_OUT, UNCLAIMED } from '../registry/gateways.ts';
import type { Device, Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { type Classified, classifyReadings } from './classify.ts';
import { decode } from './decode.ts';
import { createDeviceErrors, type Tell } from './device-errors.ts';
import { createDeviceMemories } from './device-memory.ts';
import { createRules } from './device-rules.ts';
import { createFastLane } from './fast/take.ts';
import { type ChildNamed, createGatewayIntake } from './gateway-intake.ts';
import type { Group } from './gathering.ts';
import { createGroupCommit } from './group-commit.ts';
import {
  channelUnknown,
  childUnknown,
  deviceLocked,
  deviceUnknown,
  kindUnknown,
  oversize,
} from './message-refusals.ts';
import { parseReply } from './reply.ts';
import { parseStatus } from './status-payload.ts';

/** A publish as received by the broker. */
export interface ReceivedMessage extends DeviceTopic {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly isResend: boolean;
  /** The client that published for the device, if not the device itself. */
  readonly via?: DeviceAddress | undefined;
  /** Retained by another broker before it reached us. */
  readonly isRetained?: boolean;
  /** The receipt identifies the message: a repeat has the receipt of the first one. */
  readonly isOnce?: boolean;
  /** The id of the command that it answers, if the protocol carries it outside of the payload. */
  readonly correlation?: string | undefined;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly onRefused?: OnRefused | undefined;
}

/** Called at most once, before `admit` returns, with the reasons for what was refused. `isWhole`: nothing of the message was accepted. */
export type OnRefused = (reasons: readonly Rejection[], isWhole: boolean) => void;

/** A publish above the packet limit of the broker; only its beginning was kept. */
export interface OversizeMessage extends DeviceTopic {
  readonly topic: string;
  readonly sizeBytes: number;
  /** The first bytes; at most 4 kB of them are quarantined. */
  readonly head: Uint8Array;
  readonly receivedAt: number;
  readonly onRefused?: OnRefused | undefined;
}

export interface IntakeOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly registry: Pick<Registry, 'device'> & Partial<Pick<Registry, 'site'>>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly tell: Tell;
  /** The child of a gateway that has one of these names; `unknown` if none has. Absent: there are no gateways. */
  readonly childNamed?: ChildNamed;
  /** Older readings are refused with `TIME_TOO_OLD`; absent: no reading is too old. */
  readonly retainMs?: number | undefined;
  /** Random; distinguishes quarantine records of this process from those of others. */
  readonly run?: string;
  readonly maxQueuedBytes?: number;
  /** Largest MQTT packet, bytes; named in the error to devices that exceed it. */
  readonly maxPacketBytes?: number;
}

export interface IntakeStatus {
  readonly accepted: number;
  readonly duplicate: number;
  readonly quarantined: number;
  /** Values in the accepted readings. */
  readonly values: number;
  /** Values under unknown keys; all of them are in quarantine. */
  readonly unknownValues: number;
  readonly told: number;
  readonly heldBack: number;
}

export interface Intake {
  /**
   * Fixes the order synchronously, so call it in the order of a client's publishes. Resolves once the verdict is durable: each reading is on
   * the log or in quarantine. Rejects, keeping nothing, if the log rejects the append; the device then resends.
   */
  admit(message: ReceivedMessage): Promise<void>;
  admitOversize(message: OversizeMessage): Promise<void>;
  /** Counts since this process started; the ledger holds the durable ones. */
  status(): IntakeStatus;
  /** Waits for appends in progress. */
  close(): Promise<void>;
}

const OVERSIZE_KEPT_BYTES = 4096;

export function createIntake(options: IntakeOptions): Intake {
  const { bus, registry, kinds, retainMs } = options;
  const commit = createGroupCommit({
    bus,
    ...(options.maxQueuedBytes !== undefined && { maxQueuedBytes: options.maxQueuedBytes }),
  });
  const record = createRecords(options.run ?? randomRun());
  const deviceErrors = createDeviceErrors(options.tell);
  const memoryOf = createDeviceMemories();
  const rulesOf = createRules(kinds, registry, (device) => memoryOf(device.park, device.id).forgetUnknownKeys());
  const counts = { accepted: 0, duplicate: 0, quarantined: 0, values: 0, unknownValues: 0 };
  const fastLane = createFastLane({ commit, record, retainMs, counts });

  function refuseMessage(message: Omit<ReceivedMessage, 'isResend'>, reason: Rejection, isTold = true): Promise<void> {
    const text = JSON.stringify(record(message, 'message', reason, payloadOf(message.payload)));
    message.onRefused?.([reason], true);
    return commit.submit((group) => {
      group.add(subjects.quarantine(message), 'records', text, tally(message, 1, 0, 1));
      group.onDurable(() => {
        counts.quarantined += 1;
        if (isTold) deviceErrors.report(message, message.receivedAt, [reason]);
      });
    });
  }

  function admitTelemetry(message: ReceivedMessage, device: Device): Promise<void> {
    const rules = rulesOf(device);
    if (rules === undefined) return refuseMessage(message, kindUnknown(device));
    const { channel, receivedAt } = message;
    const memory = memoryOf(device.park, device.id);
    const isPlain = channel === 'telemetry' && message.isOnce !== true;
    const taken = isPlain && rules.fast ? fastLane.take(message, rules.fast, memory) : undefined;
    if (taken !== undefined) return taken;
    const decoded = decode(message.payload, { mapping: device.mapping, channel, receivedAt, memory: memory.decoders });
    if (!decoded.ok) return refuseMessage(message, decoded.reason);
    const { keyMap, intervalMs } = rules;
    const context = { message, device, keyMap, intervalMs, memory, retainMs, record };
    const classified = classifyReadings(decoded.value, context);
    const { reasons } = classified;
    counts.unknownValues += classified.unknownValues;
    if (reasons.length > 0) message.onRefused?.(reasons, isRefusedWhole(classified));
    const durable = commit.submit((group) => {
      append(group, message, rules.subject, classified);
      group.onDurable(() => {
        counts.accepted += classified.readings.length;
        counts.duplicate += classified.duplicate;
        counts.quarantined += classified.quarantined;
        counts.values += classified.values;
        classified.remember();
        if (reasons.length > 0) deviceErrors.report(message, receivedAt, reasons);
      });
    });
    return classified.untilDurable(durable);
  }

  function admitOfChild(message: ReceivedMessage, child: Device): Promise<void> {
    const lock = lockOf(child);
    const own = { ...message, device: child.id };
    return lock === undefined ? admitTelemetry(own, child) : refuseMessage(own, deviceLocked(own, lock));
  }

  /** A topic below the prefix of the device that has no use: the message is kept, and each such channel is reported once. */
  function admitElsewhere(message: ReceivedMessage, device: Device, name?: string): Promise<void> {
    // Building the rules clears the list of reported keys, so build them first.
    rulesOf(device);
    const memory = memoryOf(message.park, message.device);
    const isOfChild = name !== undefined || message.channel === UNCLAIMED;
    const key = isOfChild ? `child ${name ?? message.topic}` : `channel ${message.channel}`;
    const reason = isOfChild ? childUnknown(message, name) : channelUnknown(message.channel);
    const isFresh = memory.newUnknownKeys([key]).length > 0;
    if (isFresh) memory.rememberUnknownKeys([key]);
    const durable = refuseMessage(message, reason, isFresh);
    if (isFresh) durable.catch(() => memory.forgetUnknownKeys([key]));
    return durable;
  }

  function admitStatus(message: ReceivedMessage): Promise<void> {
    const status = parseStatus(message);
    if (!status.ok) return refuseMessage(message, status.reason);
    // An empty retained message only clears the one before.
    if (status.value === undefined) return Promise.resolve();
    const { park, device, receivedAt: at } = message;
    const entry: DeviceEntry = { version: 1, park, device, status: status.value, at };
    return commit.submit((group) => group.addEntry({ subject: subjects.devices(park), data: JSON.stringify(entry) }));
  }

  function admitReply(message: ReceivedMessage): Promise<void> {
    const reply = parseReply(message.payload, message.correlation);
    if (!reply.ok) return refuseMessage(message, reply.reason);
    const { park, device, receivedAt: at } = message;
    const entry: CommandEntry = { version: 1, is: 'reply', park, device, at, ...reply.value };
    return commit.submit((group) => group.addEntry({ subject: subjects.commands(park), data: JSON.stringify(entry) }));
  }

  const gatewayIntake = createGatewayIntake({
    childNamed: options.childNamed,
    ...{ admitTelemetry, admitOfChild, admitElsewhere, refuseMessage },
  });

  return {
    admit(message) {
      try {
        // The device may be unknown: behind a bridge, any client may name any device.
        const device = registry.device(message.park, message.device);
        if (device === undefined) return refuseMessage(message, deviceUnknown(message));
        const lock = lockOf(device);
        if (lock !== undefined) return refuseMessage(message, deviceLocked(message, lock));
        if (message.channel === LEFT_OUT) return Promise.resolve();
        if (message.channel === UNCLAIMED) return admitElsewhere(message, device);
        if (isTelemetry(message.channel)) return gatewayIntake(message, device);
        if (message.channel === 'status') return admitStatus(message);
        if (message.channel === 'replies') return admitReply(message);
        return admitElsewhere(message, device);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    admitOversize({ sizeBytes, head, ...message }) {
      const payload = head.subarray(0, OVERSIZE_KEPT_BYTES);
      return refuseMessage({ ...message, payload }, oversize(sizeBytes, options.maxPacketBytes));
    },
    status: () => ({ ...counts, told: deviceErrors.counts.told, heldBack: deviceErrors.counts.heldBack }),
    close: () => commit.close(),
  };
}

const isRefusedWhole = ({ readings, duplicate, quarantined }: Classified) =>
  quarantined > 0 && readings.length + duplicate === 0;

function append(group: Group, message: DeviceTopic, subject: string, classified: Classified): void {
  for (const text of classified.readings) group.add(subject, 'readings', text, tally(message, 1, 0, 0));
  if (classified.duplicate > 0)
    group.count(subject, 'readings', tally(message, classified.duplicate, classified.duplicate, 0));
  if (classified.records.length === 0) return;
  const quarantine = subjects.quarantine(message);
  for (const { text, counted } of classified.records) {
    group.add(quarantine, 'records', text, tally(message, counted, 0, counted));
  }
}

function tally({ park, device }: DeviceTopic, received: number, duplicate: number, quarantined: number) {
  return { park, device, received, duplicate, quarantined };
}

/** `telemetry` and everything below it: `telemetry/senml`, `telemetry/cbor`, or one topic per value. */
export const isTelemetry = (channel: string): boolean => channel === 'telemetry' || channel.startsWith('telemetry/');
