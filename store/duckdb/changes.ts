/** Position, ledger and newest values change with every commit: the changes are appended, which costs little, and folded into their tables now and then. */
import type { Writer } from './database.ts';

export interface Changes {
  readonly latest: ReadonlyMap<string, unknown>;
  readonly ledger: ReadonlyMap<string, unknown>;
  readonly meta: readonly [name: string, value: number];
}

/** Replacing one row by its key costs as much as appending thousands. */
const MOST_CHANGES = 20_000;

/** Within the transaction of the readings. There are `waiting` rows already; returns the new number. */
export async function saveChanges(writer: Writer, waiting: number, { latest, ledger, meta }: Changes): Promise<number> {
  const [name, value] = meta;
  // The number of waiting rows grows with every commit until they are folded in, so it gives the order.
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
