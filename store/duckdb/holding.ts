/** What the file holds of one device, and its removal. */
import type { Kind } from '../../sensors/kind.ts';
import type { Holding, OneDevice } from '../store.ts';
import type { Cache } from './cache.ts';
import type { Database } from './database.ts';
import { levelsOf, rawTable, removedTable } from './schema.ts';

export async function holdingOf(
  database: Database,
  cache: Cache,
  kinds: ReadonlyMap<string, Kind>,
  { park, device }: OneDevice,
): Promise<Holding> {
  const id = cache.devices.known(park, device);
  if (id === undefined) return { readings: 0 };
  const all = [...kinds.values()].map((kind) => `SELECT time FROM ${rawTable(kind)} WHERE device = ${id}`);
  const [counts, first, last] = await database.read(
    async (reader) =>
      await reader.columns(
        `SELECT count(*)::DOUBLE, min(time)::DOUBLE, max(time)::DOUBLE FROM (${all.join(' UNION ALL ')})`,
      ),
  );
  const readings = Number(counts?.[0] ?? 0);
  return readings === 0 ? { readings } : { readings, first: Number(first?.[0]), last: Number(last?.[0]) };
}

/** All in one transaction; the number of the device stays, for one that may have its name one day. */
export async function removeDevice(
  database: Database,
  cache: Cache,
  kinds: ReadonlyMap<string, Kind>,
  { park, device }: OneDevice,
): Promise<void> {
  const id = cache.devices.known(park, device);
  if (id === undefined) return;
  const names = [...kinds.keys()].map((kind) => `${park}/${device}/${kind}`);
  let removed = 0;
  await database.transaction(async (writer) => {
    for (const kind of kinds.values()) {
      const [counts] = await writer.columns(`DELETE FROM ${rawTable(kind)} WHERE device = ${id}`);
      removed += Number(counts?.[0] ?? 0);
      for (const table of [removedTable(kind), ...levelsOf(kind).map((level) => level.table)])
        await writer.run(`DELETE FROM ${table} WHERE device = ${id}`);
    }
    await writer.run(`DELETE FROM dirty WHERE device = ${id}`);
    for (const name of names)
      for (const table of ['latest', 'latest_changes']) await writer.run(`DELETE FROM ${table} WHERE name = ?`, [name]);
  });
  for (const name of names) cache.latest.delete(name);
  cache.readings -= removed;
}
