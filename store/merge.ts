/** Merges readings of one identity (park, device, time): the first value of a field wins, later ones only add fields. */
import type { Reading } from '../sensors/reading.ts';

/** The part of `later` that is new, or undefined if there is none. */
export function additionOf(stored: Pick<Reading, 'values'>, later: Reading): Reading | undefined {
  const names = Object.keys(later.values).filter((name) => !(name in stored.values));
  if (names.length === 0) return undefined;
  const values = pick(later.values, names);
  const { flags, ...rest } = later;
  const kept = flags && pick(flags, names);
  return { ...rest, values, ...(kept && Object.keys(kept).length > 0 && { flags: kept }) };
}

/** Stored values that `later` contradicts, or undefined if there are none. */
export function contradicted(stored: Pick<Reading, 'values'>, later: Reading): Record<string, number> | undefined {
  let found: Record<string, number> | undefined;
  for (const [name, value] of Object.entries(later.values)) {
    const before = stored.values[name];
    if (before === undefined || before === value) continue;
    found ??= {};
    found[name] = before;
  }
  return found;
}

export function merge(stored: Reading, addition: Reading): Reading {
  const flags = stored.flags || addition.flags ? { ...addition.flags, ...stored.flags } : undefined;
  return { ...stored, values: { ...addition.values, ...stored.values }, ...(flags && { flags }) };
}

function pick<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = record[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
