/** Reads the whole file and checks its tables against each other; DuckDB verifies the checksum of every block it reads. */
import type { Kind } from '../../sensors/kind.ts';
import { HOUR_MS } from '../window.ts';
import type { Cache } from './cache.ts';
import type { Database, Reader } from './database.ts';
import { levelsOf, rawTable, removedTable, valueColumn } from './schema.ts';

/** Faults, in sentences for an operator. Rejects with `STORE_UNAVAILABLE` at a block that cannot be read. */
export async function faultsOf(
  database: Database,
  cache: Cache,
  kinds: ReadonlyMap<string, Kind>,
): Promise<readonly string[]> {
  return await database.read(async (reader) => {
    const faults: string[] = [];
    const counted = new Map<number, number>();
    for (const kind of kinds.values()) {
      const tables = [rawTable(kind), removedTable(kind), ...levelsOf(kind).map(({ table }) => table)];
      for (const table of tables) await reader.columns(`SELECT bit_xor(hash(COLUMNS(*))) FROM ${table}`);
      faults.push(...(await doubled(reader, kind)), ...(await nameless(reader, kind)), ...(await unlike(reader, kind)));
      for (const [device, rows] of await rowsPerDevice(reader, kind))
        counted.set(device, (counted.get(device) ?? 0) + rows);
    }
    for (const [device, rows] of counted) {
      const { park, name } = cache.devices.name(device);
      const stored = cache.ledger.get(`${park}/${name}`)?.stored ?? 0;
      if (rows > stored) faults.push(`${park}/${name} has ${rows} readings, but the ledger counts ${stored} as stored`);
    }
    return faults;
  });
}

async function doubled(reader: Reader, kind: Kind): Promise<readonly string[]> {
  const table = rawTable(kind);
  const [counts] = await reader.columns(
    `SELECT count(*)::DOUBLE FROM (SELECT 1 FROM ${table} GROUP BY device, time HAVING count(*) > 1)`,
  );
  const count = Number(counts?.[0] ?? 0);
  return count === 0 ? [] : [`${count} readings of ${kind.name} are stored twice`];
}

async function nameless(reader: Reader, kind: Kind): Promise<readonly string[]> {
  const [counts] = await reader.columns(
    `SELECT count(*)::DOUBLE FROM ${rawTable(kind)} WHERE device NOT IN (SELECT id FROM devices) OR site NOT IN (SELECT id FROM sites)`,
  );
  const count = Number(counts?.[0] ?? 0);
  return count === 0 ? [] : [`${count} readings of ${kind.name} belong to a device or site without a name`];
}

/** Summed hours that still have their raw readings and are not dirty must count as many values as there are. */
async function unlike(reader: Reader, kind: Kind): Promise<readonly string[]> {
  const [hours] = levelsOf(kind);
  if (hours === undefined) return [];
  const held = kind.fields.map(({ name }) => `count(${valueColumn(name)})`).join(' + ');
  // Good and doubtful values have separate sums.
  const sums = kind.fields.map(({ name }) => `coalesce(sum(${name}_n), 0) + coalesce(sum(${name}_dn), 0)`).join(' + ');
  const { table } = hours;
  const [counts] = await reader.columns(`
    WITH bounds AS (SELECT coalesce((SELECT upto FROM rolled WHERE rollup = '${table}'), 0) AS upto,
        coalesce((SELECT since FROM kept WHERE name = '${rawTable(kind)}'), 0) AS since),
      raw AS (SELECT device, site, (time // ${HOUR_MS}) * ${HOUR_MS} AS start, ${held} AS n
        FROM ${rawTable(kind)}, bounds WHERE time >= since AND time < upto GROUP BY ALL),
      summed AS (SELECT device, site, start, ${sums} AS n FROM ${table}, bounds WHERE start >= since AND start < upto GROUP BY ALL)
    SELECT count(*)::DOUBLE FROM raw FULL JOIN summed USING (device, site, start)
    WHERE coalesce(raw.n, 0) <> coalesce(summed.n, 0)
      AND (device, start) NOT IN (SELECT (device, start) FROM dirty WHERE rollup = '${table}')`);
  const count = Number(counts?.[0] ?? 0);
  return count === 0 ? [] : [`${count} hourly sums of ${kind.name} differ from the readings they sum`];
}

async function rowsPerDevice(
  reader: Reader,
  kind: Kind,
): Promise<readonly (readonly [device: number, rows: number])[]> {
  const [devices = [], counts = []] = await reader.columns(
    `SELECT device, count(*)::DOUBLE FROM (SELECT device FROM ${rawTable(kind)} UNION ALL SELECT device FROM ${removedTable(kind)}) GROUP BY device`,
  );
  return devices.map((device, index) => [Number(device), Number(counts[index])]);
}
