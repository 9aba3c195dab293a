/** What the store holds of a device at the times of some rows: by it new rows are told from those that are there already. */
import type { Values } from '../ingest/device-memory.ts';
import type { Device } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Store } from '../store/store.ts';

export interface StoredReadings {
  around(times: readonly number[]): Promise<ReadonlyMap<number, Values>>;
  /** Some rows lay too far apart to be looked up. */
  readonly isPartial: boolean;
}

/** Readings that are looked through for each row: a table in no order of time would read the store over and over. */
const LOOKED_AT_EACH = 20;
/** Times that lie closer together are looked up at once. */
const NEAR_MS = 6 * 3_600_000;
const MAX_STRETCHES = 20;

export function storedReadings(
  store: Pick<Store, 'export'>,
  device: Device,
  kind: Kind,
  signal?: AbortSignal,
): StoredReadings {
  const query = {
    ...{ kind: kind.name, park: device.park, device: device.id },
    fields: kind.fields.map(({ name }) => name),
    ...(signal && { signal }),
  };
  let isPartial = false;
  return {
    get isPartial() {
      return isPartial;
    },
    async around(times) {
      const found = new Map<number, Values>();
      const wanted = new Set(times);
      let left = times.length * LOOKED_AT_EACH;
      for (const [from, to] of stretchesOf(times)) {
        for await (const { time, values } of store.export({ ...query, from, to: to + 1 })) {
          if (wanted.has(time)) found.set(time, { ...found.get(time), ...values });
          left -= 1;
          if (left > 0) continue;
          isPartial = true;
          return found;
        }
      }
      return found;
    },
  };
}

function stretchesOf(times: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const stretches: [number, number][] = [];
  for (const time of [...times].sort((one, other) => one - other)) {
    const last = stretches.at(-1);
    if (last !== undefined && time - last[1] <= NEAR_MS) last[1] = time;
    else stretches.push([time, time]);
  }
  // Rare rows, one a day or a month, in order: one look at the whole is cheaper.
  const [first, final] = [stretches[0], stretches.at(-1)];
  return first !== undefined && final !== undefined && stretches.length > MAX_STRETCHES
    ? [[first[0], final[1]]]
    : stretches;
}
