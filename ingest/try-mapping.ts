/** What would become of a payload: the way that intake goes, without a log, a store or a memory behind it. */
import { createRecords } from '../bus/quarantine-record.ts';
import type { Rejection } from '../bus/rejection.ts';
import type { Mapping } from '../registry/mapping.ts';
import type { Device } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Reading } from '../sensors/reading.ts';
import { classifyReadings } from './classify.ts';
import { decode } from './decode.ts';
import { DeviceMemory } from './device-memory.ts';
import { createKeyMap } from './map.ts';
import { type Proposal, proposalsFor } from './proposals.ts';

export interface Trial {
  /** As they would be stored. */
  readonly readings: readonly Reading[];
  /** What the device would be told on its `errors` topic. */
  readonly told: readonly Rejection[];
  /** What the mapping could say. */
  readonly proposals: readonly Proposal[];
}

export interface TrialOptions {
  readonly device: Pick<Device, 'park' | 'id' | 'site' | 'kind' | 'intervalMs'>;
  readonly kind: Kind;
  readonly mapping: Mapping | undefined;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  /** Height of its site, metres. */
  readonly elevation?: number | undefined;
  /** What follows the device in the topic. */
  readonly channel?: string;
}

export function tryMapping(options: TrialOptions): Trial {
  const { device, kind, mapping, payload, receivedAt, channel = 'telemetry', elevation } = options;
  const decoded = decode(payload, { mapping, channel, receivedAt });
  if (!decoded.ok) return { readings: [], told: [decoded.reason], proposals: [] };
  const keyMap = createKeyMap(kind, mapping, () => elevation);
  const { park, id } = device;
  const message = { park, device: id, topic: '', channel, receivedAt, isResend: false };
  const classified = classifyReadings(decoded.value, {
    message,
    device,
    keyMap,
    intervalMs: device.intervalMs ?? kind.intervalMs,
    memory: new DeviceMemory(),
    record: createRecords('trial0'),
  });
  return {
    readings: classified.readings.map((text) => JSON.parse(text) as Reading),
    told: classified.reasons,
    proposals: proposalsFor(decoded.value, keyMap),
  };
}
