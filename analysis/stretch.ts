/** What was measured in a window, with the neighbours beyond its ends, and how much of it is known. */
import type { Span } from './windows.ts';

/** Good values of one reading. */
export interface Sample {
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface Stretch extends Span {
  /** In order of time. */
  readonly inside: readonly Sample[];
  /** The last one before and the first one after, if they are near. */
  readonly before?: Sample | undefined;
  readonly after?: Sample | undefined;
}

/** A piece of a curve between two samples, cut to the window. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** Values at its ends. */
  readonly first: number;
  readonly last: number;
}

/** A missing reading is bridged, though the clock of its neighbours may be a little off; a longer silence is unknown. */
const BRIDGED = 2.5;

/** Straight lines between neighbours that are two and a half intervals apart at most. */
export function* lines(stretch: Stretch, field: string, intervalMs: number): Generator<Segment> {
  const { from, to, before, inside, after } = stretch;
  const samples = [...(before ? [before] : []), ...inside, ...(after ? [after] : [])];
  for (const [index, next] of samples.entries()) {
    const sample = samples[index - 1];
    const [one, other] = [sample?.values[field], next.values[field]];
    if (sample === undefined || one === undefined || other === undefined) continue;
    const length = next.time - sample.time;
    if (length > BRIDGED * intervalMs || length <= 0) continue;
    const at = (time: number) => one + ((time - sample.time) / length) * (other - one);
    const [begin, end] = [Math.max(sample.time, from), Math.min(next.time, to)];
    if (end > begin) yield { from: begin, to: end, first: at(begin), last: at(end) };
  }
}

export function lengthOf(segments: Iterable<Segment>): number {
  let sum = 0;
  for (const { from, to } of segments) sum += to - from;
  return sum;
}

export interface Beyond {
  /** Time beyond the limit, ms. */
  readonly ms: number;
  /** Integral of the excess over time, in the unit of the value times ms. */
  readonly area: number;
  /** Time of which anything is known. */
  readonly knownMs: number;
}

/** Above a limit; crossings are interpolated. */
export function above(segments: Iterable<Segment>, limit: number): Beyond {
  let [ms, area, knownMs] = [0, 0, 0];
  for (const { from, to, first, last } of segments) {
    const length = to - from;
    knownMs += length;
    const [one, other] = [first - limit, last - limit];
    if (one <= 0 && other <= 0) continue;
    if (one >= 0 && other >= 0) {
      ms += length;
      area += ((one + other) / 2) * length;
      continue;
    }
    const share = Math.max(one, other) / Math.abs(one - other);
    ms += share * length;
    area += (Math.max(one, other) / 2) * share * length;
  }
  return { ms, area, knownMs };
}

/** Below a limit: above it, upside down. */
export function below(segments: Iterable<Segment>, limit: number): Beyond {
  return above(mirrored(segments), -limit);
}

function* mirrored(segments: Iterable<Segment>): Generator<Segment> {
  for (const { from, to, first, last } of segments) yield { from, to, first: -first, last: -last };
}

export interface Extreme {
  readonly value: number;
  readonly time: number;
}

/** The earliest of equals; undefined if nothing was measured. */
export function least({ inside }: Pick<Stretch, 'inside'>, field: string): Extreme | undefined {
  let found: Extreme | undefined;
  for (const { time, values } of inside) {
    const value = values[field];
    if (value !== undefined && (found === undefined || value < found.value)) found = { value, time };
  }
  return found;
}

export function greatest({ inside }: Pick<Stretch, 'inside'>, field: string): Extreme | undefined {
  let found: Extreme | undefined;
  for (const { time, values } of inside) {
    const value = values[field];
    if (value !== undefined && (found === undefined || value > found.value)) found = { value, time };
  }
  return found;
}
