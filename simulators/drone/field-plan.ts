/** Flight plan of a field: parallel lines along its longest edge, a swath apart, in alternating directions. */
import type { Polygon } from '../../sensors/polygon.ts';

/** Metres east and north of the centre of the field. */
export type Spot = readonly [east: number, north: number];

export interface Line {
  readonly from: Spot;
  readonly to: Spot;
}

export interface FieldPlan {
  readonly lines: readonly Line[];
  /** Area of the polygon, ha. */
  readonly area: number;
  /** Position of the crew with seed and batteries: the corner nearest to the first line. */
  readonly home: Spot;
}

export function planField(polygon: readonly Spot[], swath: number): FieldPlan {
  const angle = longestEdgeAngle(polygon);
  const turned = polygon.map((spot) => rotate(spot, -angle));
  const norths = turned.map(([, north]) => north);
  const lines: Line[] = [];
  for (let north = Math.min(...norths) + swath / 2; north < Math.max(...norths); north += swath) {
    const crossings = crossingsAt(turned, north);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      // The disc throws half a swath beyond the drone, so the drone turns half a swath before the bund.
      const west = (crossings[pair] ?? 0) + swath / 2;
      const east = (crossings[pair + 1] ?? 0) - swath / 2;
      if (east - west < swath) continue;
      const isEastward = lines.length % 2 === 0;
      const ends: [Spot, Spot] = [rotate([west, north], angle), rotate([east, north], angle)];
      lines.push(isEastward ? { from: ends[0], to: ends[1] } : { from: ends[1], to: ends[0] });
    }
  }
  const start = lines[0]?.from ?? [0, 0];
  const home = polygon.reduce((best, spot) => (gap(spot, start) < gap(best, start) ? spot : best), polygon[0] ?? start);
  return { lines, area: areaOf(polygon) / 10_000, home };
}

/** m per degree of latitude. */
export const DEGREE = 111_320;

/** Corners of an outline, relative to a point. */
export function cornersOf({ coordinates: [ring] }: Polygon, latitude: number, longitude: number): readonly Spot[] {
  const perLongitude = DEGREE * Math.cos((latitude * Math.PI) / 180);
  return ring.slice(1).map(([east, north]): Spot => [(east - longitude) * perLongitude, (north - latitude) * DEGREE]);
}

export function gap(from: Spot, to: Spot): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}

/** m². */
export function areaOf(polygon: readonly Spot[]): number {
  let doubled = 0;
  for (const [index, [x, y]] of polygon.entries()) {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [0, 0];
    doubled += x * nextY - nextX * y;
  }
  return Math.abs(doubled) / 2;
}

function longestEdgeAngle(polygon: readonly Spot[]): number {
  let longest = 0;
  let angle = 0;
  for (const [index, from] of polygon.entries()) {
    const to = polygon[(index + 1) % polygon.length] ?? from;
    if (gap(from, to) <= longest) continue;
    longest = gap(from, to);
    angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  }
  return angle;
}

function rotate([x, y]: Spot, angle: number): Spot {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  return [x * cosine - y * sine, x * sine + y * cosine];
}

/** Intersections of the boundary with a line of constant northing, from west to east. */
function crossingsAt(polygon: readonly Spot[], north: number): number[] {
  const crossings: number[] = [];
  for (const [index, [x, y]] of polygon.entries()) {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [x, y];
    if (y > north !== nextY > north) crossings.push(x + ((north - y) / (nextY - y)) * (nextX - x));
  }
  return crossings.sort((a, b) => a - b);
}
