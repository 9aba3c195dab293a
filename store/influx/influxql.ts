/** InfluxQL literals: names and texts are quoted only here; times are clamped to the range of InfluxDB. */

/** An identifier. */
export function name(identifier: string): string {
  return `"${escaped(identifier, '"')}"`;
}

/** A text to compare a tag with. */
export function text(value: string): string {
  return `'${escaped(value, "'")}'`;
}

function escaped(value: string, quote: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
}

/** Epoch ms of the first and last instant of InfluxDB: nanoseconds in 64 bits. */
const FIRST_MS = -9_223_372_036_854;
const LAST_MS = 9_223_372_036_854;

/** A time as a literal, clamped to the range of InfluxDB. */
export function instant(ms: number): string {
  return `${Math.min(Math.max(Math.trunc(ms), FIRST_MS), LAST_MS)}ms`;
}
