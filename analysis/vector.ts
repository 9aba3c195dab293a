/** Samples for test vectors: values of one field at equal intervals. */
import type { Sample } from './stretch.ts';

/** 2026-07-01 00:00 Beijing time. */
export const T0 = Date.parse('2026-07-01T00:00:00+08:00');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** From T0 on, the value at each minute of the step up to and including the last. */
export function curve(field: string, minutes: number, step: number, valueAt: (minute: number) => number): Sample[] {
  return Array.from({ length: Math.floor(minutes / step) + 1 }, (_, index) => ({
    time: T0 + index * step * MINUTE,
    values: { [field]: valueAt(index * step) },
  }));
}
