/** The rules for a device, and when it counts as silent. */
import type { Envelope } from './envelope.ts';
import type { Emitter } from './lifecycle.ts';
import type { Rule } from './rule.ts';

export interface Judging {
  readonly rules: readonly Rule[];
  /** Of these rules. */
  readonly envelope: Envelope;
  /** Fields of which the last day is kept: for the forecast, and for what should be moving. */
  readonly curveFields: readonly string[];
  readonly intervalMs: number;
  /** After so long without a reading the device is silent. */
  readonly silentAfterMs: number;
  readonly maintenanceUntil: number | undefined;
  readonly to: Emitter;
}
