/**
 * What a mission put where: the swaths of its track summed on a grid that lies along the lines.
 * Coverage = area seeded at least once / field; overlap = area seeded more than once / field; CV = standard deviation / mean of
 * kg/ha over cells of 2 m where it was flown, a swath from the edge left out. The field is what its boundary encloses; without one it
 * is estimated: the seeded area with its gaps closed.
 */
import type { Polygon } from '../../sensors/polygon.ts';
import { closed, isWithin, shrunk, within } from './field-mask.ts';
import type { Sample } from './flight.ts';
import { planeAround } from './projection.ts';

export interface Coverage {
  /** Metres a cell. */
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
  /** kg/ha in each cell, row by row; 0 if none. */
  readonly rates: Float32Array;
  /** How often each was passed. */
  readonly passes: Uint8Array;
  /** 1 within the field. */
  readonly field: Uint8Array;
  /** Source of the outline; `elsewhere`: estimated, because nothing fell within the registered boundary. */
  readonly fieldFrom: 'boundary' | 'estimate' | 'elsewhere';
  /** Corners of the boundary on the grid, in cells. */
  readonly outline?: readonly (readonly [x: number, y: number])[];
  /** Degrees clockwise from the top to where north is. */
  readonly north: number;
  /** Position of a sample on the grid, in cells. */
  readonly place: (sample: Pick<Sample, 'latitude' | 'longitude'>) => readonly [x: number, y: number];
  /** Hectares. */
  readonly fieldArea: number;
  readonly seededArea: number;
  readonly missedArea: number;
  /** Seeded beyond the boundary. */
  readonly outsideArea: number;
  /** 0…1 of the field. */
  readonly covered: number;
  readonly overlapped: number;
  /** Mean and coefficient of variation of kg/ha; undefined if nothing was seeded. */
  readonly meanRate?: number;
  readonly variation?: number;
}

/** More cells would be slow on a phone and finer than its screen. */
const MOST_CELLS = 200_000;
const FINEST = 0.5;
/** Samples further apart are not joined, ms. */
const JOINED_MS = 5000;
/** Evenness is computed on squares of this side, metres. */
const BLOCK = 2;
const SQUARE_METRES_PER_HECTARE = 10_000;

export function coverageOf(samples: readonly Sample[], boundary?: Polygon): Coverage | undefined {
  const first = samples.find(({ isSpreading }) => isSpreading);
  if (first === undefined) return undefined;
  const plane = planeAround(first);
  const spots = samples.map((sample) => ({ sample, ...plane(sample) }));
  const swaths = pairsOf(spots).filter(
    ([one, other]) => one.sample.isSpreading && other.sample.time - one.sample.time <= JOINED_MS,
  );
  if (swaths.length === 0) return undefined;
  const angle = directionOf(swaths);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = ({ east, north }: { east: number; north: number }) =>
    [east * cos + north * sin, east * sin - north * cos] as const;
  const widest = Math.max(...swaths.map(([one]) => one.sample.swath));
  const ring = boundary?.coordinates[0].slice(1).map(([longitude, latitude]) => turn(plane({ latitude, longitude })));
  const outline = ring && swaths.some(([one]) => isWithin(ring, turn(one))) ? ring : undefined;
  const box = boundsOf(
    [...swaths.flatMap(([one, other]) => [turn(one), turn(other)]), ...(outline ?? [])],
    widest * 1.5,
  );
  const cell = Math.max(FINEST, Math.sqrt(((box.right - box.left) * (box.bottom - box.top)) / MOST_CELLS));
  const columns = Math.ceil((box.right - box.left) / cell);
  const rows = Math.ceil((box.bottom - box.top) / cell);
  const toCells = ([x, y]: readonly [number, number]) => [(x - box.left) / cell, (y - box.top) / cell] as const;
  const place = (position: Pick<Sample, 'latitude' | 'longitude'>) => toCells(turn(plane(position)));
  const grid = { columns, rows, rates: new Float32Array(columns * rows), passes: new Uint8Array(columns * rows) };
  const lastPass = new Float64Array(columns * rows);
  for (const [one, other] of swaths) {
    const { rate, swath, time } = one.sample;
    lay(grid, lastPass, place(one.sample), place(other.sample), swath / cell / 2, rate, time);
  }
  const flown = closed(grid.passes, columns, rows, Math.ceil(widest / cell));
  const corners = outline?.map(toCells);
  const field = corners ? within(corners, columns, rows) : flown;
  return {
    ...grid,
    cell,
    field,
    fieldFrom: outline ? 'boundary' : ring ? 'elsewhere' : 'estimate',
    ...(corners && { outline: corners }),
    north: (angle * 180) / Math.PI,
    place,
    ...totals(grid, field, flown, cell, widest),
  };
}

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly rates: Float32Array;
  readonly passes: Uint8Array;
}

function pairsOf<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.slice(1).map((each, index) => [all[index] as T, each] as const);
}

/** The main flight direction; there and back are the same (doubled angles). */
function directionOf(swaths: readonly (readonly [{ east: number; north: number }, { east: number; north: number }])[]) {
  let x = 0;
  let y = 0;
  for (const [one, other] of swaths) {
    const [east, north] = [other.east - one.east, other.north - one.north];
    const doubled = 2 * Math.atan2(north, east);
    const length = Math.hypot(east, north);
    x += length * Math.cos(doubled);
    y += length * Math.sin(doubled);
  }
  return Math.atan2(y, x) / 2;
}

function boundsOf(points: readonly (readonly [number, number])[], margin: number) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left: left - margin, right: right + margin, top: top - margin, bottom: bottom + margin };
}

/** One segment of a line: cells whose centre lies beside it; its end belongs to the next segment. */
function lay(
  { columns, rows, rates, passes }: Grid,
  lastPass: Float64Array,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  half: number,
  rate: number,
  time: number,
): void {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const from = Math.max(0, Math.floor(Math.min(x0, x1) - half));
  const to = Math.min(columns - 1, Math.ceil(Math.max(x0, x1) + half));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - half));
  const bottom = Math.min(rows - 1, Math.ceil(Math.max(y0, y1) + half));
  for (let row = top; row <= bottom; row++) {
    for (let column = from; column <= to; column++) {
      const [dx, dy] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = dx * ux + dy * uy;
      if (along < 0 || along >= length || Math.abs(dx * uy - dy * ux) > half) continue;
      const index = row * columns + column;
      // A wobbling track may meet the same cell twice within a moment: that is one pass.
      const isSamePass = passes[index] !== 0 && time - (lastPass[index] ?? 0) <= JOINED_MS;
      lastPass[index] = time;
      if (isSamePass) continue;
      rates[index] = (rates[index] ?? 0) + rate;
      passes[index] = Math.min(255, (passes[index] ?? 0) + 1);
    }
  }
}

function totals(grid: Grid, field: Uint8Array, flown: Uint8Array, cell: number, swath: number) {
  const { columns, rows, rates, passes } = grid;
  let inField = 0;
  let seeded = 0;
  let twice = 0;
  let outside = 0;
  for (let index = 0; index < field.length; index++) {
    const times = passes[index] ?? 0;
    if (field[index] === 0) {
      if (times > 0) outside += 1;
      continue;
    }
    inField += 1;
    if (times > 0) seeded += 1;
    if (times > 1) twice += 1;
  }
  const area = (cell * cell) / SQUARE_METRES_PER_HECTARE;
  const by = Math.ceil(swath / cell);
  // The part not yet flown says nothing about the evenness of the rest.
  const judged = field.map((each, index) => each & (flown[index] ?? 0));
  const inner = shrunk(judged, columns, rows, by);
  return {
    fieldArea: inField * area,
    seededArea: seeded * area,
    missedArea: (inField - seeded) * area,
    outsideArea: outside * area,
    covered: seeded / inField,
    overlapped: twice / inField,
    ...evenness(rates, inner, columns, rows, Math.max(1, Math.round(BLOCK / cell))),
  };
}

function evenness(rates: Float32Array, inner: Uint8Array, columns: number, rows: number, block: number) {
  const means: number[] = [];
  for (let top = 0; top + block <= rows; top += block) {
    for (let left = 0; left + block <= columns; left += block) {
      let sum = 0;
      let count = 0;
      for (let row = top; row < top + block; row++) {
        for (let column = left; column < left + block; column++) {
          const index = row * columns + column;
          if (inner[index] === 0) continue;
          sum += rates[index] ?? 0;
          count += 1;
        }
      }
      if (count === block * block) means.push(sum / count);
    }
  }
  if (means.length === 0) return {};
  const mean = means.reduce((sum, each) => sum + each, 0) / means.length;
  const variance = means.reduce((sum, each) => sum + (each - mean) ** 2, 0) / means.length;
  return { meanRate: mean, ...(mean > 0 && { variation: Math.sqrt(variance) / mean }) };
}
