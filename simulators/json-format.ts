/** The platform's own JSON of readings, and what C's printf makes of numbers that JSON does not have. */
import type { Measurement } from './measurement.ts';

/** One object for one reading, an array for a backlog. */
export function encodeMeasurements(measurements: readonly Measurement[]): string {
  const objects = measurements.map(({ time, seq, values, notes }) => ({ time, seq, ...notes, ...values }));
  return toJson(objects.length === 1 ? objects[0] : objects, measurements);
}

/** JSON, but numbers that are not finite stand bare (`nan`, `inf`), as printf writes them; that is no JSON any more. */
export function toJson(value: unknown, measurements: readonly Measurement[]): string {
  // Only a fault makes such numbers, and a replacer makes writing several times slower.
  if (!measurements.some(({ faults }) => faults !== undefined)) return JSON.stringify(value);
  const text = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'number' || Number.isFinite(each)) return each;
    return `\u0000${Number.isNaN(each) ? 'nan' : each > 0 ? 'inf' : '-inf'}`;
  });
  return text.replace(/"\\u0000(-?[a-z]+)"/g, '$1');
}
