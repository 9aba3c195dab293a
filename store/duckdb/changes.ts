/** Position, ledger and newest values change with every commit: the changes are appended, which costs little, and folded into their tables now and then. */
import type { Writer } from './database.ts';

export interface Changes {
  readonly latest: ReadonlyMap<string, unknown>;
  readonly ledger: ReadonlyMap<string, unknown>;
  readonly meta: readonly [name: string, value: number];
}

/** To replace one row by its key costs as much as to append thousands. */
const MOST_CHANGES = 20_000;

/** Within the transaction of the readings. `waiting` rows are there already; answers how many there are then. */
export async function saveChanges(writer: Writer, waiting: number, { latest, ledger, meta }: Changes): Promise<number> {
  const [name, value] = meta;
  // What waits grows with every commit until it is folded in, so it tells the order.
  const ordinal = BigInt(waiting);
  await appendTexts(writer, 'latest_changes', ordinal, latest);
  await appendTexts(writer, 'ledger_changes', ordinal, ledger);
  await writer.append('meta_changes', ['BIGINT', 'VARCHAR', 'BIGINT'], [[ordinal], [name], [BigInt(value)]]);
  const changes = waiting + latest.size + ledger.size + 1;
  if (changes <= MOST_CHANGES) return changes;
  await foldChanges(writer);
  return 0;
}

/** Leaves each table as if every change had replaced its row. */
export async function foldChanges(writer: Writer): Promise<void> {
  for (const [table, column] of [
    ['latest', 'state'],
    ['ledger', 'counts'],
    ['meta', 'value'],
  ]) {
    await writer.run(
      `INSERT OR REPLACE INTO ${table} SELECT name, arg_max(${column}, ordinal) FROM ${table}_changes GROUP BY name`,
    );
    await writer.run(`DELETE FROM ${table}_changes`);
  }
}

async function appendTexts(
  writer: Writer,
  table: string,
  ordinal: bigint,
  texts: ReadonlyMap<string, unknown>,
): Promise<void> {
  if (texts.size === 0) return;
  const names = [...texts.keys()];
  await writer.append(
    table,
    ['BIGINT', 'VARCHAR', 'VARCHAR'],
    [names.map(() => ordinal), names, [...texts.values()].map((value) => JSON.stringify(value))],
  );
}
