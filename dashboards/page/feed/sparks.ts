/** Values of the sparklines: history from the server, joined with live readings since. */
import type { Point } from '../../../store/store.ts';
import { loadSeries } from './api.ts';
import type { Catalog } from './catalog.ts';
import { joinedWindows } from './history.ts';
import { keyOf } from './latest.ts';

export const SPARK_MS = 6 * 3_600_000;
const SPARK_EVERY = '5m';
const SPARK_STEP_MS = 5 * 60_000;
/** A sparkline shows nothing finer. */
const STEP_MS = 30_000;

export interface Sparks {
  /** Adds a live value. */
  add(key: string, point: Point): void;
  /** Loads the history of all kinds in use, or of these. */
  fetch(catalog: Catalog, to: number, kinds?: ReadonlySet<string>): Promise<void>;
  /** By key of the device. */
  points(): ReadonlyMap<string, readonly Point[]>;
}

export function createSparks(signal: AbortSignal): Sparks {
  const history = new Map<string, readonly Point[]>();
  const liveTail = new Map<string, Point[]>();
  /** Cached joined, because one reading changes one device of many. */
  const joined = new Map<string, readonly Point[]>();

  function join(key: string): void {
    joined.set(key, joinedWindows(history.get(key) ?? [], liveTail.get(key) ?? [], SPARK_STEP_MS));
  }

  return {
    add(key, point) {
      liveTail.set(key, withPoint(liveTail.get(key) ?? [], point));
      join(key);
    },
    async fetch(catalog, to, kinds) {
      const used = new Set(catalog.devices.map(({ kind }) => kind));
      for (const kind of catalog.kinds.values()) {
        const field = kind.primary[0];
        if (field === undefined || !used.has(kind.name) || kinds?.has(kind.name) === false) continue;
        const series = await loadSeries(
          { kind: kind.name, fields: [field], from: to - SPARK_MS, to, every: SPARK_EVERY, aggregates: ['mean'] },
          signal,
        );
        for (const { park, device, points } of series) {
          const key = keyOf({ park, device, kind: kind.name });
          history.set(key, points);
          join(key);
        }
      }
    },
    points: () => new Map(joined),
  };
}

function withPoint(points: readonly Point[], point: Point): Point[] {
  const last = points.at(-1);
  if (last !== undefined && point[0] - last[0] < STEP_MS) return points as Point[];
  return [...points.filter(([time]) => time > point[0] - SPARK_MS), point];
}
