/** Sums finished windows into the rollups, and again those with late data. Queries are right without it, only slower. */
import type { Kind } from '../../sensors/kind.ts';
import type { Cache } from './cache.ts';
import type { Database, Writer } from './database.ts';
import { fillRollup, type Level, levelsOf, rawTable } from './schema.ts';

export interface Rollups {
  /** One round now; resolves when it is done. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export interface RollupOptions {
  readonly database: Database;
  readonly cache: Cache;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly everyMs: number;
  readonly clock: () => number;
}

/** By this age most readings have arrived; a later one marks its window dirty. */
const SETTLED_MS = 10 * 60_000;
const SHORT_MS = 2 * 3_600_000;

/** Windows of one rollup that are finished and not summed. */
interface Due {
  readonly kind: Kind;
  readonly level: Level;
  readonly from: number;
  readonly upTo: number;
}

export function startRollups({ database, cache, kinds, everyMs, clock }: RollupOptions): Rollups {
  let running: Promise<void> | undefined;
  let isClosed = false;

  /** What is short goes together: most rounds find a minute finished and nothing marked, and each transaction has a sync. */
  async function round(): Promise<void> {
    const marked = new Set(await markedTables());
    const due = [...kinds.values()].flatMap((kind) => levelsOf(kind).map((level) => dueOf(kind, level)));
    const finished = due.filter(({ from, upTo }) => upTo > from);
    const short = finished.filter(({ from, upTo }) => upTo - from <= SHORT_MS);
    if (short.length > 0) await sumFinished(short);
    for (const each of finished) {
      if (isClosed) return;
      if (!short.includes(each)) await sumFinished([each]);
    }
    for (const { kind, level } of due) {
      if (isClosed) return;
      if (marked.has(level.table)) await database.transaction((writer) => sumDirty(writer, kind, level));
    }
  }

  async function markedTables(): Promise<readonly unknown[]> {
    const [tables = []] = await database.read((reader) => reader.columns('SELECT DISTINCT rollup FROM dirty'));
    return tables;
  }

  function dueOf(kind: Kind, level: Level): Due {
    const from = cache.rolledUpTo.get(level.table) ?? 0;
    const upTo = Math.floor((clock() - SETTLED_MS) / level.lengthMs) * level.lengthMs;
    return { kind, level, from, upTo };
  }

  async function sumFinished(finished: readonly Due[]): Promise<void> {
    await database
      .transaction(async (writer) => {
        for (const { kind, level, from, upTo } of finished) {
          await writer.run(fillRollup(kind, level, rawTable(kind), `time >= ${from} AND time < ${upTo}`));
          await writer.run(`INSERT OR REPLACE INTO rolled VALUES ('${level.table}', ${upTo})`);
          // Within the transaction: the next write must see the new bound when it marks windows.
          cache.rolledUpTo.set(level.table, upTo);
        }
      })
      .catch((error: unknown) => {
        for (const { level, from } of finished) cache.rolledUpTo.set(level.table, from);
        throw error;
      });
  }

  function run(): Promise<void> {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  }

  // A failed round loses nothing: the next one tries again, and the store's status reports a broken file.
  const timer = everyMs > 0 ? setInterval(() => void run().catch(() => {}), everyMs) : undefined;
  timer?.unref();

  return {
    run,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}

/** Sums the marked windows of a level again. Their raw readings are complete: a window whose raw readings were removed is never marked. */
export async function sumDirty(writer: Writer, kind: Kind, level: Level): Promise<void> {
  const { table, lengthMs } = level;
  const dirty = `SELECT DISTINCT device, start FROM dirty WHERE rollup = '${table}'`;
  const [lows, highs] = await writer.columns(`SELECT min(start), max(start) FROM dirty WHERE rollup = '${table}'`);
  const [low, high] = [lows?.[0], highs?.[0]];
  if (low === null || low === undefined) return;
  await writer.run(`DELETE FROM ${table} WHERE (device, start) IN (${dirty})`);
  const isDirty = `time >= ${low} AND time < ${Number(high) + lengthMs} AND (device, (time // ${lengthMs}) * ${lengthMs}) IN (${dirty})`;
  await writer.run(fillRollup(kind, level, rawTable(kind), isDirty));
  await writer.run(`DELETE FROM dirty WHERE rollup = '${table}'`);
}
