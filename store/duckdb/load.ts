/** Creates the tables of a file or adds missing columns, and loads the cache. */
import type { Kind } from '../../sensors/kind.ts';
import type { LatestState } from '../latest.ts';
import { DEFAULT_WRITER } from '../store.ts';
import type { LedgerCounts } from '../tallies.ts';
import { positionName } from './batch.ts';
import type { Cache } from './cache.ts';
import { foldChanges } from './changes.ts';
import type { Database, Writer } from './database.ts';
import { checkVersion, migrate } from './migrate.ts';
import { createNames, type Names } from './names.ts';
import {
  levelsOf,
  rawColumns,
  rawTable,
  removedColumns,
  removedTable,
  rollupColumns,
  SHARED_TABLES,
} from './schema.ts';

export async function load(database: Database, kinds: ReadonlyMap<string, Kind>): Promise<Cache> {
  return await database.transaction(async (writer) => {
    for (const statement of SHARED_TABLES.split(';').filter((text) => text.trim() !== '')) await writer.run(statement);
    await checkVersion(writer);
    const columns = new Map<string, readonly string[]>();
    for (const kind of kinds.values()) {
      columns.set(rawTable(kind), await ensureTable(writer, rawTable(kind), rawColumns(kind)));
      await ensureTable(writer, removedTable(kind), removedColumns(kind));
      for (const { table } of levelsOf(kind)) await ensureTable(writer, table, rollupColumns(kind));
    }
    await migrate(writer, kinds);
    await foldChanges(writer);
    let readings = 0;
    for (const kind of kinds.values()) {
      const [count] = await writer.columns(`SELECT count(*) FROM ${rawTable(kind)}`);
      readings += Number(count?.[0] ?? 0);
    }
    const positions = await numbersIn(writer, "SELECT name, value FROM meta WHERE name LIKE 'position%'");
    return {
      positions: new Map([...positions].map(([name, position]) => [writerNamed(name), position])),
      readings,
      changes: 0,
      devices: await namesIn(writer, 'devices', 'device'),
      sites: await namesIn(writer, 'sites', 'site'),
      ledger: await objectsIn<LedgerCounts>(writer, 'SELECT name, counts FROM ledger'),
      latest: await objectsIn<LatestState>(writer, 'SELECT name, state FROM latest'),
      rolledUpTo: await numbersIn(writer, 'SELECT rollup, upto FROM rolled'),
      keptSince: await numbersIn(writer, 'SELECT name, since FROM kept'),
      columns,
    };
  });
}

/** The inverse of `positionName`. */
function writerNamed(name: string): string {
  return name === positionName(DEFAULT_WRITER) ? DEFAULT_WRITER : name.slice('position:'.length);
}

/** Returns the column names in the order of the file, where those of later fields come last. */
async function ensureTable(writer: Writer, table: string, wanted: readonly string[]): Promise<readonly string[]> {
  await writer.run(`CREATE TABLE IF NOT EXISTS ${table} (${wanted.join(', ')})`);
  const [present = []] = await writer.columns(
    `SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`,
  );
  const missing = wanted.filter((column) => !present.includes(column.split(' ')[0]));
  for (const column of missing) await writer.run(`ALTER TABLE ${table} ADD COLUMN ${column}`);
  return [...present.map(String), ...missing.map((column) => column.split(' ')[0] ?? '')];
}

async function numbersIn(writer: Writer, sql: string): Promise<Map<string, number>> {
  const [names = [], numbers = []] = await writer.columns(sql);
  return new Map(names.map((name, index) => [String(name), Number(numbers[index])]));
}

async function objectsIn<T>(writer: Writer, sql: string): Promise<Map<string, T>> {
  const [names = [], texts = []] = await writer.columns(sql);
  return new Map(names.map((name, index) => [String(name), JSON.parse(String(texts[index])) as T]));
}

async function namesIn(writer: Writer, table: string, column: string): Promise<Names> {
  const [ids = [], parks = [], names = []] = await writer.columns(`SELECT id, park, ${column} FROM ${table}`);
  return createNames(ids.map((id, index) => [Number(id), String(parks[index]), String(names[index])] as const));
}
