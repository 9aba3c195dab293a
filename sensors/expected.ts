/** How often a value is expected, and how much of a window must be covered by such values. */
import type { Field, Kind } from './kind.ts';

/** A window below this share is marked as incomplete. */
export const COMPLETE_FROM = 0.9;

/** Undefined if no regular values are expected, as from a drone. */
export function expectedEveryMs(kind: Kind, field: Field | undefined, deviceIntervalMs: number): number | undefined {
  return kind.isIntermittent ? undefined : Math.max(deviceIntervalMs, field?.intervalMs ?? 0);
}
