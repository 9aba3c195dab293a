/** From a publish to a durable verdict: decode, map, validate, deduplicate, flag, group commit. What the broker awaits before its PUBACK. */

import { deviceKey } from '../base/keys.ts';
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
import { createPlan } from './fast/plan.ts';
import { createFastLane, type FastDevice } from './fast/take.ts';
import { type ChildNamed, createGatewayIntake } from './gateway-intake.ts';
import { createGroupCommit, type Group } from './group-commit.ts';
import type { Outcome } from './json.ts';
import { createKeyMap, type KeyMap } from './map.ts';
import { parseReply } from './reply.ts';

/** A publish as it comes from the broker. */
export interface ReceivedMessage extends DeviceTopic {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly isResend: boolean;
  /** The client that published it for the device. */
  readonly via?: DeviceAddress | undefined;
  /** Handed out by another broker that had kept it. */
  readonly isRetained?: boolean;
  /** Its receipt is an identity: of a message that comes again it is that of the first time. */
  readonly isOnce?: boolean;
  /** The id of the command that it answers, where the protocol carries it beside the payload. */
  readonly correlation?: string | undefined;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly onRefused?: OnRefused | undefined;
}

/** Called at most once, before `admit` returns, with what is refused of a message. `isWhole`: nothing of it was taken. */
export type OnRefused = (reasons: readonly Rejection[], isWhole: boolean) => void;

/** A publish that was larger than the broker takes: only its beginning was kept. */
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
  /** Of a gateway: the child that one of these names belongs to; `unknown` where none of them does. Absent: there are no gateways. */
  readonly childNamed?: ChildNamed;
  /** Readings older than this are refused with `TIME_TOO_OLD`; absent: none are. */
  readonly retainMs?: number | undefined;
  /** Tells the records of this process from those of others; random. */
  readonly run?: string;
  readonly maxQueuedBytes?: number;
  /** Largest MQTT packet that the broker takes; named to devices that exceed it. */
  readonly maxPacketBytes?: number;
}

export interface IntakeStatus {
  readonly accepted: number;
  readonly duplicate: number;
  readonly quarantined: number;
  /** Values of the accepted readings. */
  readonly values: number;
  /** Values under keys that no field has; all of them are in quarantine. */
  readonly unknownValues: number;
  readonly told: number;
  readonly heldBack: number;
}

export interface Intake {
  /**
   * Takes its place in the order before it returns, so publishes of a client must be handed over in theirs. Resolves when the verdict is
   * durable: each reading on the log or in quarantine. Rejects, with nothing kept, when the log refuses: the device has to send again.
   */
  admit(message: ReceivedMessage): Promise<void>;
  admitOversize(message: OversizeMessage): Promise<void>;
  /** Since this process began; the ledger holds what counts. */
  status(): IntakeStatus;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** What hangs on the registration of a device alone, worked out once. */
interface DeviceRules {
  readonly keyMap: KeyMap;
  readonly intervalMs: number;
  /** Of its entries on the log. */
  readonly subject: string;
  /** Absent where nothing of the device can go the short way. */
  readonly fast: FastDevice | undefined;
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
  const limit = options.maxPacketBytes === undefined ? '' : ` (${options.maxPacketBytes})`;
  const counts = { accepted: 0, duplicate: 0, quarantined: 0, values: 0, unknownValues: 0 };
  const fastLane = createFastLane({ commit, retainMs, counts });

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
    const sorted = classifyReadings(decoded.value, { message, device, keyMap, intervalMs, memory, retainMs, record });
    counts.unknownValues += sorted.unknownValues;
    if (sorted.reasons.length > 0)
      message.onRefused?.(sorted.reasons, sorted.quarantined > 0 && sorted.readings.length + sorted.duplicate === 0);
    const durable = commit.submit((group) => {
      append(group, message, rules.subject, sorted);
      group.onDurable(() => {
        counts.accepted += sorted.readings.length;
        counts.duplicate += sorted.duplicate;
        counts.quarantined += sorted.quarantined;
        counts.values += sorted.values;
        sorted.remember();
        if (sorted.reasons.length > 0) deviceErrors.report(message, message.receivedAt, sorted.reasons);
      });
    });
    return sorted.untilDurable(durable);
  }

  function admitOfChild(message: ReceivedMessage, child: Device): Promise<void> {
    const lock = lockOf(child);
    const own = { ...message, device: child.id };
    return lock === undefined ? admitTelemetry(own, child) : refuseMessage(own, deviceLocked(own, lock));
  }

  /** Below the device's own prefix, where nothing listens: kept, and told once a channel. */
  function admitElsewhere(message: ReceivedMessage, device: Device, name?: string): Promise<void> {
    // A device that is new to this process forgets what it was told; that must not happen between two of these.
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
    // An empty retained message clears the one before; it says nothing of the device.
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
        // Our own broker knows who publishes; behind another one, anybody may name any device.
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
      return refuseMessage(
        { ...message, payload },
        {
          code: 'PAYLOAD_TOO_LARGE',
          message: `a publish of ${sizeBytes} bytes is larger than this server takes${limit}: send smaller batches; only its beginning was kept`,
        },
      );
    },
    status: () => ({ ...counts, told: deviceErrors.counts.told, heldBack: deviceErrors.counts.heldBack }),
    close: () => commit.close(),
  };
}

function append(group: Group, message: DeviceTopic, subject: string, sorted: Classified): void {
  for (const text of sorted.readings) group.add(subject, 'readings', text, tally(message, 1, 0, 0));
  if (sorted.duplicate > 0) group.count(subject, 'readings', tally(message, sorted.duplicate, sorted.duplicate, 0));
  if (sorted.records.length === 0) return;
  const quarantine = subjects.quarantine(message);
  for (const { text, counted } of sorted.records) {
    group.add(quarantine, 'records', text, tally(message, counted, 0, counted));
  }
}

function tally({ park, device }: DeviceTopic, received: number, duplicate: number, quarantined: number) {
  return { park, device, received, duplicate, quarantined };
}

/** The registry gives another object when a device changes, so what is derived of it hangs on the object. */
function createRules(
  kinds: ReadonlyMap<string, Kind>,
  registry: Partial<Pick<Registry, 'site'>>,
  onChange: (device: Device) => void,
) {
  const cache = new WeakMap<Device, DeviceRules>();
  return (device: Device): DeviceRules | undefined => {
    const known = cache.get(device);
    if (known !== undefined) return known;
    const kind = kinds.get(device.kind);
    if (kind === undefined) return undefined;
    const address = { park: device.park, device: device.id };
    const keyMap = createKeyMap(kind, device.mapping, () => registry.site?.(device.park, device.site)?.elevation);
    const intervalMs = device.intervalMs ?? kind.intervalMs;
    const subject = subjects.readings(address, device.kind);
    const common = { ...address, site: device.site, kind: device.kind, key: deviceKey(device.park, device.id) };
    const plan = createPlan({ ...common, keyMap });
    const rules = { keyMap, intervalMs, subject, fast: plan && { plan, common, subject, intervalMs } };
    cache.set(device, rules);
    onChange(device);
    return rules;
  };
}

/** `telemetry` and what lies below it: `telemetry/senml`, `telemetry/cbor`, or one value a topic. */
export const isTelemetry = (channel: string): boolean => channel === 'telemetry' || channel.startsWith('telemetry/');

/** Says with its topic what others say with a word. */
const SPARKPLUG_DEATH = /^spBv1\.0\/[^/]+\/[ND]DEATH\//;

function parseStatus({ topic, payload }: ReceivedMessage): Outcome<'online' | 'offline' | undefined> {
  if (SPARKPLUG_DEATH.test(topic)) return { ok: true, value: 'offline' };
  // `Online` of Tasmota, `{"state":"online"}` of Zigbee2MQTT.
  const given = Buffer.from(payload.subarray(0, 64)).toString('utf8').trim().toLowerCase();
  const text = /^\{"state":\s*"(\w+)"\}$/.exec(given)?.[1] ?? given;
  if (text === '') return { ok: true, value: undefined };
  if (text === 'online' || text === 'offline') return { ok: true, value: text };
  return {
    ok: false,
    reason: { code: 'STATUS_INVALID', message: 'the status must be the text online or offline' },
  };
}

function deviceUnknown({ park, device }: DeviceTopic): Rejection {
  return { code: 'DEVICE_UNKNOWN', message: `no device ${device} is registered in park ${park}` };
}

function deviceLocked({ park, device }: DeviceTopic, lock: 'disabled' | 'retired'): Rejection {
  return { code: 'DEVICE_DISABLED', message: `device ${device} of park ${park} is ${lock}: enable it, then replay` };
}

function kindUnknown({ kind }: Device): Rejection {
  return {
    code: 'KIND_UNKNOWN',
    message: `the device is registered as ${kind}, which this installation does not know`,
  };
}

function childUnknown({ device, topic }: ReceivedMessage, name: string | undefined): Rejection {
  const what =
    name === undefined ? `the topic ${JSON.stringify(topic.slice(0, 128))}` : `the id ${JSON.stringify(name)}`;
  const option = name === undefined ? `--topic '${topic.slice(0, 128)}'` : `--id ${name}`;
  return {
    code: 'CHILD_UNKNOWN',
    message: `no device behind ${device} has ${what}: register it, e.g. daoyu devices add DEVICE … --gateway ${device} ${option}, then replay; a topic that says nothing is left out with --topic '!…' of ${device}`,
  };
}

function channelUnknown(channel: string): Rejection {
  const shown = JSON.stringify(channel.slice(0, 64));
  return {
    code: 'CHANNEL_UNKNOWN',
    message: `nothing listens on ${shown}: publish below telemetry, on status or on replies`,
  };
}
