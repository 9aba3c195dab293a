/** Tries a payload with a mapping: the steps of intake without log, store or memory. */
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
  /** Readings as they would be stored. */
  readonly readings: readonly Reading[];
  /** Errors that the device would receive. */
  readonly told: readonly Rejection[];
  /** Proposed entries of the mapping. */
  readonly proposals: readonly Proposal[];
}

export interface TrialOptions {
  readonly device: Pick<Device, 'park' | 'id' | 'site' | 'kind' | 'intervalMs'>;
  readonly kind: Kind;
  readonly mapping: Mapping | undefined;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  /** Elevation of the site, m. */
  readonly elevation?: number | undefined;
  /** The rest of the topic after the device. */
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
