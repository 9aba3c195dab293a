/** Time series in one DuckDB file: readings, ledger and log position commit together; rollups are recomputed after late data. */
import { join } from 'node:path';
import type { DiskSpace } from '../../base/disk-space.ts';
import type { DaoyuError } from '../../base/errors.ts';
import type { Kind } from '../../sensors/kind.ts';
import { checkedKind } from '../known-fields.ts';
import { toLatest } from '../latest.ts';
import { tooLarge } from '../query-size.ts';
import type { Series, SeriesFilter, SeriesQuery, Store } from '../store.ts';
import { ledgerRows, writersAt } from '../tallies.ts';
import { createBatchWriter } from './batch.ts';
import { openDatabase, type Reader } from './database.ts';
import { exportReadings } from './export.ts';
import { faultsOf } from './faults.ts';
import { holdingOf, removeDevice } from './holding.ts';
import { load } from './load.ts';
import { removeBefore } from './removal.ts';
import { startRollups } from './rollups.ts';
import { type Coverage, levelFor, rawSeriesSql, type Selection, windowSeriesSql } from './series.ts';
import { toSeries } from './to-series.ts';

export interface DuckDbStoreOptions {
  readonly folder: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** DuckDB's `memory_limit`, e.g. `512MB`. */
  readonly memory?: string;
  readonly threads?: number;
  /** How often finished hours are summed and late ones recomputed; 0: never, which leaves queries right but slower. */
  readonly rollupEveryMs?: number;
  readonly clock?: () => number;
  readonly space?: DiskSpace;
}

export async function openDuckDbStore(options: DuckDbStoreOptions): Promise<Store> {
  const { folder, kinds, memory = '512MB', threads = 2, rollupEveryMs = 30_000, clock = Date.now, space } = options;
  const database = await openDatabase({
    file: join(folder, 'readings.duckdb'),
    memory,
    threads,
    ...(space && { space }),
  });
  const cache = await load(database, kinds).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const write = createBatchWriter(database, cache, kinds);
  const rollups = startRollups({ database, cache, kinds, everyMs: rollupEveryMs, clock });
  let problem: { readonly code: string; readonly message: string } | undefined;

  function select({ park, site, device }: Partial<SeriesFilter>): Selection {
    const devices =
      park === undefined && device === undefined
        ? undefined
        : cache.devices.ids(
            (ofPark, name) => (park === undefined || ofPark === park) && (device === undefined || name === device),
          );
    const sites =
      site === undefined
        ? undefined
        : cache.sites.ids((ofPark, name) => (park === undefined || ofPark === park) && name === site);
    return { ...(devices && { devices }), ...(sites && { sites }) };
  }

  async function series(query: SeriesQuery): Promise<readonly Series[]> {
    const kind = checkedKind(kinds, query);
    const { fields, every, maxPoints, signal } = query;
    const aggregates: readonly Series['aggregate'][] = every === undefined ? ['raw'] : query.aggregates;
    const perRow = fields.length * aggregates.length;
    // A row holds at most this many points, so that a query within its size never reaches the limit.
    const limit = maxPoints + 1;
    const columns = await database.read(async (reader) => {
      if (every === undefined) return await reader.columns(rawSeriesSql(kind, query, select(query), limit));
      const level = levelFor(kind, every);
      const rollup = level && { ...level, ...(await coverageOf(reader, level.table)) };
      return await reader.columns(windowSeriesSql(kind, { ...query, every }, select(query), rollup, limit));
    }, signal);
    const found = toSeries(columns, cache, fields, aggregates);
    const points = found.reduce((sum, each) => sum + each.points.length + (each.doubted?.length ?? 0), 0);
    if (points > maxPoints || (columns[0]?.length ?? 0) >= limit)
      throw tooLarge(query, new Set(columns[0]).size || perRow);
    return found;
  }

  return {
    async write(batch, position, options) {
      try {
        const outcome = await write(batch, position, options);
        problem = undefined;
        return outcome;
      } catch (error) {
        const { code, message } = error as DaoyuError;
        problem = { code, message };
        throw error;
      }
    },
    async committed() {
      return { writers: writersAt(cache.positions), ledger: ledgerRows(cache.ledger) };
    },
    series,
    async latest(filter) {
      const { kind, park, site, device } = filter;
      return [...cache.latest.values()]
        .map(toLatest)
        .filter(
          (reading) =>
            (kind === undefined || reading.kind === kind) &&
            (park === undefined || reading.park === park) &&
            (site === undefined || reading.site === site) &&
            (device === undefined || reading.device === device),
        );
    },
    async *export({ fields, from, to, quality, signal, ...filter }) {
      const kind = checkedKind(kinds, { kind: filter.kind, fields, from, to });
      const selection = select(filter);
      const wanted = { kind, fields, from, to, selection, ...(quality && { quality }), ...(signal && { signal }) };
      yield* exportReadings(database, cache, wanted);
    },
    async forget(before) {
      // Readings must be in the sums before they leave the raw table.
      await rollups.run();
      for (const kind of kinds.values()) await removeBefore(database, cache, kind, before);
    },
    holding: (device) => holdingOf(database, cache, kinds, device),
    remove: (device) => removeDevice(database, cache, kinds, device),
    async status() {
      return {
        isWritable: problem === undefined,
        ...(problem && { problem }),
        readings: cache.readings,
        sizeBytes: database.sizeBytes(),
      };
    },
    faults: () => faultsOf(database, cache, kinds),
    copyTo: (target) => database.copyTo(target),
    async close() {
      await rollups.close();
      await database.close();
    },
  };
}

/** The windows that the rollup covers, in the reader's snapshot. */
async function coverageOf(reader: Reader, rollup: string): Promise<Coverage> {
  const [upTo, since] = await reader.columns(
    `SELECT (SELECT upto FROM rolled WHERE rollup = '${rollup}'), (SELECT since FROM kept WHERE name = '${rollup}')`,
  );
  return { upTo: Number(upTo?.[0] ?? 0), since: Number(since?.[0] ?? 0) };
}
