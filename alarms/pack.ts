/** The stored form of a device's cell: its window of points as time differences, with codes only for points that are not good. Most of the hundreds are good. */
import type { Code } from './fold.ts';
import type { DeviceCell, Point } from './state.ts';

interface PackedPoints {
  /** In order: the first time, then the ms to each next one; a negative number -n repeats the previous step n times, because devices are regular. */
  readonly t: readonly number[];
  /** Codes by index of the point. */
  readonly c?: Readonly<Record<number, Readonly<Record<string, Code>>>>;
}

export interface PackedDevice extends Omit<DeviceCell, 'points' | 'late'> {
  readonly points: PackedPoints;
  readonly late?: PackedPoints;
}

export function packDevice({ points, late, ...rest }: DeviceCell): PackedDevice {
  return { ...rest, points: packPoints(points), ...(late.length > 0 && { late: packPoints(inOrder(late)) }) };
}

export function unpackDevice({ points, late, ...rest }: PackedDevice): DeviceCell {
  return { ...rest, points: unpackPoints(points), late: late === undefined ? [] : unpackPoints(late) };
}

/** Late points are unordered; they are sorted before evaluation anyway, so sort them now. */
const inOrder = (points: readonly Point[]) => [...points].sort((one, other) => one.t - other.t);

/** Of every changed device at each save, so without an object or an array a point. */
function packPoints(points: readonly Point[]): PackedPoints {
  const t: number[] = [];
  let codes: Record<number, Readonly<Record<string, Code>>> | undefined;
  let before = 0;
  let stepBefore = -1;
  let repeats = 0;
  for (let index = 0; index < points.length; index++) {
    const point = points[index];
    if (point === undefined) break;
    if (point.c !== undefined) {
      codes ??= {};
      codes[index] = point.c;
    }
    const step = point.t - before;
    before = point.t;
    if (step === stepBefore) {
      repeats += 1;
      continue;
    }
    if (repeats > 0) t.push(-repeats);
    t.push(step);
    stepBefore = step;
    repeats = 0;
  }
  if (repeats > 0) t.push(-repeats);
  return codes === undefined ? { t } : { t, c: codes };
}

function unpackPoints({ t, c }: PackedPoints): Point[] {
  const points: Point[] = [];
  let [at, step] = [0, 0];
  for (const number of t) {
    if (number >= 0) step = number;
    for (let count = number >= 0 ? 1 : -number; count > 0; count--) {
      at += step;
      const codes = c?.[points.length];
      points.push(codes === undefined ? { t: at } : { t: at, c: codes });
    }
  }
  return points;
}
