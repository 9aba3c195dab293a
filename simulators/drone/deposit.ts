/** Distribution of the seed: the disc throws unequally to both sides and lines overlap, so sowing is never even. */
import { gaussian } from '../random.ts';
import type { Sortie } from './flight.ts';

export interface Square {
  /** Position of the south-western corner, m. */
  readonly east: number;
  readonly north: number;
  /** kg/ha. */
  readonly rate: number;
  /** At least a swath inside the sown area; the edge is excluded from statistics. */
  readonly isInner: boolean;
}

export interface Deposit {
  readonly cells: readonly Square[];
  /** Mean of the inner squares, kg/ha. */
  readonly mean: number;
  /** Their coefficient of variation, %. */
  readonly variation: number;
}

/** Share to the right of the flight path: trials measured 51 to 64 % on one side. */
const RIGHT_SHARE = 0.57;
/** Half widths of the two sides of the bell curve, m. */
const RIGHT_REACH = 2.2;
const LEFT_REACH = 1.75;
/** Scatter by gusts and pulses of the metering wheel, besides Poisson scatter (3 % of 1,500 grains). */
const CLUMPING = 0.14;
const GRAIN_SCATTER = 0.026;

/** Relative density at a distance to the right of the line; its integral is 1. */
export function throwAt(metres: number): number {
  const [share, reach] = metres >= 0 ? [RIGHT_SHARE, RIGHT_REACH] : [1 - RIGHT_SHARE, LEFT_REACH];
  return ((share * Math.sqrt(2 / Math.PI)) / reach) * Math.exp(-(metres ** 2) / (2 * reach ** 2));
}

/** Sums the seed of each second on squares of 1 m. */
export function depositGrid(sorties: readonly Sortie[], swath: number, seed: number): Deposit {
  const cells = new Map<string, number>();
  const reach = Math.ceil(swath);
  for (const { seconds } of sorties)
    for (const { spot, heading, flow, isSpreading, speed } of seconds) {
      if (!isSpreading || speed === 0) continue;
      const rad = (heading * Math.PI) / 180;
      const along = [Math.sin(rad), Math.cos(rad)] as const;
      const right = [Math.cos(rad), -Math.sin(rad)] as const;
      const pieces = Math.max(1, Math.round(speed * 2));
      for (let piece = 0; piece < pieces; piece++) {
        const back = (piece / pieces) * speed;
        for (let aside = -reach; aside <= reach; aside += 0.5) {
          const east = spot[0] - along[0] * back + right[0] * aside;
          const north = spot[1] - along[1] * back + right[1] * aside;
          const key = `${Math.floor(east)},${Math.floor(north)}`;
          cells.set(key, (cells.get(key) ?? 0) + (flow / 60 / pieces) * throwAt(aside) * 0.5);
        }
      }
    }
  return statistics(cells, swath, seed);
}

function statistics(kilograms: ReadonlyMap<string, number>, swath: number, seed: number): Deposit {
  const margin = Math.ceil(swath);
  const cells = [...kilograms].map(([key, here], index): Square => {
    const [east = 0, north = 0] = key.split(',').map(Number);
    const isInner = [
      [margin, 0],
      [-margin, 0],
      [0, margin],
      [0, -margin],
    ].every(([e = 0, n = 0]) => kilograms.has(`${east + e},${north + n}`));
    const scatter = 1 + Math.hypot(CLUMPING, GRAIN_SCATTER) * gaussian(seed, index);
    return { east, north, rate: here * 10_000 * scatter, isInner };
  });
  const inner = cells.filter(({ isInner }) => isInner);
  const mean = inner.reduce((sum, { rate }) => sum + rate, 0) / inner.length;
  const variance = inner.reduce((sum, { rate }) => sum + (rate - mean) ** 2, 0) / inner.length;
  return { cells, mean, variation: (100 * Math.sqrt(variance)) / mean };
}
