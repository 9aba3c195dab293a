/** Formats readings as the platform's own JSON; non-finite numbers appear as `printf` of C writes them. */
import type { Measurement } from './measurement.ts';

/** An object for one reading, an array for a backlog. */
export function encodeMeasurements(measurements: readonly Measurement[]): string {
  const objects = measurements.map(({ time, seq, values, notes }) => ({ time, seq, ...notes, ...values }));
  return toJson(objects.length === 1 ? objects[0] : objects, measurements);
}

/** JSON with bare `nan` and `inf` for non-finite numbers, as `printf` writes them; the result is then not valid JSON. */
export function toJson(value: unknown, measurements: readonly Measurement[]): string {
  // Only faults produce such numbers, and a replacer makes stringification several times slower.
  if (!measurements.some(({ faults }) => faults !== undefined)) return JSON.stringify(value);
  const text = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'number' || Number.isFinite(each)) return each;
    return `\u0000${Number.isNaN(each) ? 'nan' : each > 0 ? 'inf' : '-inf'}`;
  });
  return text.replace(/"\\u0000(-?[a-z]+)"/g, '$1');
}
