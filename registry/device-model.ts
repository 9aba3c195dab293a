/** A type of device as it is found in the field: what a new one of it needs, and what its messages become. */
import type { Label } from '../sensors/label.ts';
import type { Mapping } from './mapping.ts';

export interface DeviceModel {
  /** Lower-case letters, digits, hyphens. */
  readonly model: string;
  readonly label: Label;
  /** Absent where the model is a format that several makers use. */
  readonly maker?: string;
  readonly kind: string;
  /** How often it reports as it comes, ms; the kind's own when absent. */
  readonly intervalMs?: number;
  /** Whether its messages carry the measured time. */
  readonly clock: 'device' | 'none';
  /** Absent where it sends fields of the kind in their units. */
  readonly mapping?: Mapping;
  /** What to look at when it is mounted, wired and set up. */
  readonly notes: readonly Label[];
  /** By field: how often, and by what, it is to be calibrated. */
  readonly calibration?: Readonly<Record<string, { readonly everyDays: number; readonly method: Label }>>;
  /** Run by the tests; there is no model without one. */
  readonly examples: readonly [ModelExample, ...ModelExample[]];
}

export interface ModelExample {
  /** What follows the device in the topic; `telemetry` when absent. */
  readonly channel?: string;
  readonly payload?: unknown;
  /** Instead of a payload, bytes. */
  readonly hex?: string;
  readonly stored: readonly ModelReading[];
  /** Codes of what the device is told. */
  readonly told: readonly string[];
}

export interface ModelReading {
  /** ISO 8601; absent where the time of receipt is taken. */
  readonly time?: string;
  readonly values: Readonly<Record<string, number>>;
}
