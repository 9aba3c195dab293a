/** Time series in one DuckDB file: readings, ledger and log position commit together; rollups repair themselves after late data. */
import { join } from 'node:path';
import type { DiskSpace } from '../../base/disk-space.ts';
import type { DaoyuError } from '../../base/errors.ts';
import type { Kind } from '../../sensors/kind.ts';
import { checkedKind } from '../known-fields.ts';
import { type LatestState, toLatest } from '../latest.ts';
import { tooLarge } from '../query-size.ts';
import { DEFAULT_WRITER, type Point, type Series, type SeriesFilter, type SeriesQuery, type Store } from '../store.ts';
import { type LedgerCounts, ledgerRows, writersAt } from '../tallies.ts';
import { createBatchWriter, positionName } from './batch.ts';
import type { Cache } from './cache.ts';
import { type Database, openDatabase, type Reader } from './database.ts';
import { createNames } from './names.ts';
import { startRollups } from './rollups.ts';
import { flagsOf, levelsOf, rawColumns, rawTable, rollupColumns, SHARED_TABLES } from './schema.ts';
import { levelFor, rawSeriesSql, type Selection, windowSeriesSql } from './series.ts';

export interface DuckDbStoreOptions {
  readonly folder: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** DuckDB's `memory_limit`, e.g. `512MB`. */
  readonly memory?: string;
  readonly threads?: number;
  /** How often finished hours are summed and late ones mended; 0 leaves it to queries, which are right either way. */
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
  const cache = await prepare(database, kinds).catch(async (error: unknown) => {
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
    // A row holds at most that many points, so a query that fits never meets the limit.
    const limit = maxPoints + 1;
    const columns = await database.read(async (reader) => {
      if (every === undefined) return await reader.columns(rawSeriesSql(kind, query, select(query), limit));
      const level = levelFor(kind, every);
      const upTo = level === undefined ? 0 : await rolledUpTo(reader, level.table);
      return await reader.columns(windowSeriesSql(kind, { ...query, every }, select(query), level, upTo, limit));
    }, signal);
    const found = toSeries(columns, fields, aggregates, every === undefined);
    const points = found.reduce((sum, each) => sum + each.points.length, 0);
    if (points > maxPoints || (columns[0]?.length ?? 0) >= limit)
      throw tooLarge(query, new Set(columns[0]).size || perRow);
    return found;
  }

  /** Columns: device, site, time, then for each field its aggregates and its flags. */
  function toSeries(
    columns: readonly (readonly unknown[])[],
    fields: readonly string[],
    aggregates: readonly Series['aggregate'][],
    isRaw: boolean,
  ): Series[] {
    const [devices = [], sites = [], times = []] = columns;
    const series: Series[] = [];
    const width = isRaw ? 2 : aggregates.length + 1;
    for (let start = 0, end = 0; start < devices.length; start = end) {
      while (end < devices.length && devices[end] === devices[start] && sites[end] === sites[start]) end += 1;
      const { park, name: device } = cache.devices.name(Number(devices[start]));
      const { name: site } = cache.sites.name(Number(sites[start]));
      for (const [fieldIndex, field] of fields.entries()) {
        const flagColumn = columns[3 + fieldIndex * width + width - 1] ?? [];
        for (const [index, aggregate] of aggregates.entries()) {
          const values = columns[3 + fieldIndex * width + index] ?? [];
          const points: Point[] = [];
          for (let row = start; row < end; row++) {
            const value = values[row];
            // A window without a value of this field; its count would be 0.
            if (value === null || value === undefined || (aggregate === 'count' && value === 0)) continue;
            const flags = flagsOf(flagColumn[row]);
            points.push(
              flags.length === 0 ? [Number(times[row]), Number(value)] : [Number(times[row]), Number(value), flags],
            );
          }
          if (points.length > 0) series.push({ park, site, device, field, aggregate, points });
        }
      }
    }
    return series;
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
    async *export(query) {
      const kind = checkedKind(kinds, query);
      const { fields, signal } = query;
      const wanted = `SELECT device, site, time, received, ${fields.map((field) => `f_${field}, q_${field}`).join(', ')} FROM (${rawRows(kind, query, select(query))}) ORDER BY time, device`;
      // A day at a time: an export of years neither sorts in memory nor holds up a reader for long.
      for (const [from, to] of days(query.from, query.to)) {
        const slices = await database.read(async (reader) => {
          const rows: (readonly unknown[])[] = [];
          for await (const slice of reader.stream(
            wanted.replaceAll('$from', String(from)).replaceAll('$to', String(to)),
          ))
            rows.push(...slice);
          return rows;
        }, signal);
        for (const row of slices) yield toReading(row, fields, kind.name, cache);
      }
    },
    async forget({ raw, minute }) {
      for (const kind of kinds.values()) {
        // What leaves the raw table must be in the sums first.
        await rollups.run();
        await database.transaction(async (writer) => {
          if (raw !== undefined)
            await writer.run(
              `DELETE FROM ${rawTable(kind)} WHERE time < ${Math.trunc(Math.min(raw, cache.rolledUpTo.get(levelsOf(kind)[0]?.table ?? '') ?? 0))}`,
            );
          const [, minutes] = levelsOf(kind);
          if (minute !== undefined && minutes !== undefined)
            await writer.run(`DELETE FROM ${minutes.table} WHERE start < ${Math.trunc(minute)}`);
        });
      }
    },
    async status() {
      return {
        isWritable: problem === undefined,
        ...(problem && { problem }),
        readings: cache.readings,
        sizeBytes: database.sizeBytes(),
      };
    },
    async close() {
      await rollups.close();
      await database.close();
    },
  };
}

function rawRows(kind: Kind, query: { readonly fields: readonly string[] }, { devices, sites }: Selection): string {
  const anyValue = query.fields.map((field) => `f_${field} IS NOT NULL`).join(' OR ');
  const inList = (column: string, ids: readonly number[] | undefined) =>
    ids === undefined ? '' : ids.length === 0 ? 'AND false' : `AND ${column} IN (${ids.join(', ')})`;
  return `SELECT * FROM ${rawTable(kind)} WHERE time >= $from AND time < $to AND (${anyValue}) ${inList('device', devices)} ${inList('site', sites)}`;
}

function* days(from: number, to: number): Generator<readonly [number, number]> {
  const day = 86_400_000;
  for (let start = from; start < to; start = Math.floor(start / day) * day + day)
    yield [start, Math.min(to, Math.floor(start / day) * day + day)];
}

function toReading(row: readonly unknown[], fields: readonly string[], kind: string, cache: Cache) {
  const { park, name: device } = cache.devices.name(Number(row[0]));
  const { name: site } = cache.sites.name(Number(row[1]));
  const values: Record<string, number> = {};
  const flags: Record<string, ReturnType<typeof flagsOf>> = {};
  for (const [index, field] of fields.entries()) {
    const value = row[4 + index * 2];
    if (value === null || value === undefined) continue;
    values[field] = Number(value);
    const fieldFlags = flagsOf(row[5 + index * 2]);
    if (fieldFlags.length > 0) flags[field] = fieldFlags;
  }
  return {
    park,
    site,
    device,
    kind,
    time: Number(row[2]),
    receivedAt: Number(row[3]),
    values,
    ...(Object.keys(flags).length > 0 && { flags }),
  };
}

async function rolledUpTo(reader: Reader, rollup: string): Promise<number> {
  const [values] = await reader.columns(`SELECT upto FROM rolled WHERE rollup = '${rollup}'`);
  return Number(values?.[0] ?? 0);
}

/** The inverse of `positionName`. */
function writerNamed(name: string): string {
  return name === positionName(DEFAULT_WRITER) ? DEFAULT_WRITER : name.slice('position:'.length);
}

/** Makes the tables or adds what they lack, and reads what is kept in memory. */
async function prepare(database: Database, kinds: ReadonlyMap<string, Kind>): Promise<Cache> {
  return await database.transaction(async (writer) => {
    for (const statement of SHARED_TABLES.split(';').filter((text) => text.trim() !== '')) await writer.run(statement);
    const columns = new Map<string, readonly string[]>();
    let readings = 0;
    const rolled = new Map<string, number>();
    for (const kind of kinds.values()) {
      const tables = [
        [rawTable(kind), rawColumns(kind)] as const,
        ...levelsOf(kind).map((level) => [level.table, rollupColumns(kind)] as const),
      ];
      for (const [table, wanted] of tables) {
        await writer.run(`CREATE TABLE IF NOT EXISTS ${table} (${wanted.join(', ')})`);
        const [present = []] = await writer.columns(
          `SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`,
        );
        const missing = wanted.filter((column) => !present.includes(column.split(' ')[0]));
        for (const column of missing) await writer.run(`ALTER TABLE ${table} ADD COLUMN ${column}`);
        columns.set(table, [...present.map(String), ...missing.map((column) => column.split(' ')[0] ?? '')]);
      }
      const [count] = await writer.columns(`SELECT count(*) FROM ${rawTable(kind)}`);
      readings += Number(count?.[0] ?? 0);
      for (const level of levelsOf(kind)) rolled.set(level.table, await rolledUpTo(writer, level.table));
    }
    const pairs = async (sql: string) => {
      const [names = [], texts = []] = await writer.columns(sql);
      return names.map((name, index) => [String(name), JSON.parse(String(texts[index]))] as const);
    };
    const named = async (table: string, column: string) => {
      const [ids = [], parks = [], names = []] = await writer.columns(`SELECT id, park, ${column} FROM ${table}`);
      return createNames(ids.map((id, index) => [Number(id), String(parks[index]), String(names[index])] as const));
    };
    const [names = [], positions = []] = await writer.columns(
      `SELECT name, value FROM meta WHERE name LIKE 'position%'`,
    );
    return {
      positions: new Map(names.map((name, index) => [writerNamed(String(name)), Number(positions[index])])),
      readings,
      devices: await named('devices', 'device'),
      sites: await named('sites', 'site'),
      ledger: new Map(await pairs('SELECT name, counts FROM ledger')) as Map<string, LedgerCounts>,
      latest: new Map(await pairs('SELECT name, state FROM latest')) as Map<string, LatestState>,
      rolledUpTo: rolled,
      columns,
    };
  });
}
