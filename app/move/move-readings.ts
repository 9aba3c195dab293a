/** Copies raw readings to another store, with received times, sequence numbers and flags, and counts them on both sides. */
import type { Kind } from '../../sensors/kind.ts';
import type { Reading } from '../../sensors/reading.ts';
import { DEFAULT_WRITER, type LedgerRow, type Store } from '../../store/store.ts';

/** The writer used for the move: its position is the number of the last chunk. */
export const MOVER = 'move';
const CHUNK = 5000;
const END = 8_640_000_000_000_000;

export interface Counts {
  /** Readings of each device, by `park/device`. */
  readonly devices: ReadonlyMap<string, number>;
  readonly readings: number;
  readonly values: number;
}

/** Chunks of a store that nobody writes to are the same each time, so it continues after the last one that arrived. */
export async function moveReadings(
  source: Pick<Store, 'export'>,
  target: Pick<Store, 'write' | 'committed'>,
  kinds: Iterable<Kind>,
  onProgress: (readings: number) => void,
): Promise<Counts> {
  const done = (await target.committed()).writers[MOVER]?.position ?? 0;
  const counted = createCounter();
  let ordinal = 0;
  for await (const readings of chunks(source, kinds)) {
    ordinal += 1;
    for (const reading of readings) counted.add(reading);
    if (ordinal <= done) continue;
    await target.write({ readings, tallies: [] }, ordinal, { writer: MOVER, after: ordinal - 1 });
    onProgress(counted.counts().readings);
  }
  return counted.counts();
}

/** Reads everything there is. */
export async function countReadings(store: Pick<Store, 'export'>, kinds: Iterable<Kind>): Promise<Counts> {
  const counted = createCounter();
  for await (const readings of chunks(store, kinds)) for (const reading of readings) counted.add(reading);
  return counted.counts();
}

/** The rest of a ledger row beyond what the move itself has counted as stored. */
export function remainderOf(row: LedgerRow, { devices }: Counts): LedgerRow {
  return { ...row, stored: Math.max(0, row.stored - (devices.get(`${row.park}/${row.device}`) ?? 0)) };
}

/** Position of the log up to which the old store is complete. */
export async function positionOf(store: Pick<Store, 'committed'>): Promise<number> {
  return (await store.committed()).writers[DEFAULT_WRITER]?.position ?? 0;
}

async function* chunks(store: Pick<Store, 'export'>, kinds: Iterable<Kind>): AsyncGenerator<readonly Reading[]> {
  for (const kind of [...kinds].sort((one, other) => (one.name < other.name ? -1 : 1))) {
    let chunk: Reading[] = [];
    const fields = kind.fields.map(({ name }) => name);
    for await (const reading of store.export({ kind: kind.name, fields, from: 0, to: END })) {
      chunk.push(reading);
      if (chunk.length < CHUNK) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  }
}

function createCounter() {
  const devices = new Map<string, number>();
  let [readings, values] = [0, 0];
  return {
    add(reading: Reading) {
      const name = `${reading.park}/${reading.device}`;
      devices.set(name, (devices.get(name) ?? 0) + 1);
      readings += 1;
      values += Object.keys(reading.values).length;
    },
    counts: (): Counts => ({ devices, readings, values }),
  };
}
