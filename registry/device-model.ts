/** A model of device found in the field: what a new device of it needs, and what its messages become. */
import type { Label } from '../sensors/label.ts';
import type { Mapping } from './mapping.ts';

export interface DeviceModel {
  /** Lower-case letters, digits, hyphens. */
  readonly model: string;
  readonly label: Label;
  /** Absent when the model is a format that several makers use. */
  readonly maker?: string;
  readonly kind: string;
  /** Reporting interval as delivered, ms; absent: the kind's. */
  readonly intervalMs?: number;
  /** Whether its messages carry the measured time. */
  readonly clock: 'device' | 'none';
  /** Absent when it sends the kind's fields in their own units. */
  readonly mapping?: Mapping;
  /** What to check when mounting, wiring and configuring it. */
  readonly notes: readonly Label[];
  /** By field: how often to calibrate, and against what. */
  readonly calibration?: Readonly<Record<string, { readonly everyDays: number; readonly method: Label }>>;
  /** Run by the tests; every model has at least one. */
  readonly examples: readonly [ModelExample, ...ModelExample[]];
}

export interface ModelExample {
  /** What follows the device in the topic; `telemetry` when absent. */
  readonly channel?: string;
  readonly payload?: unknown;
  /** Instead of a payload, bytes. */
  readonly hex?: string;
  readonly stored: readonly ModelReading[];
  /** Codes published on the device's `errors` topic. */
  readonly told: readonly string[];
}

export interface ModelReading {
  /** ISO 8601; absent when the received time is used. */
  readonly time?: string;
  readonly values: Readonly<Record<string, number>>;
}
