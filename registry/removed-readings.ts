/** Whose readings were removed, so that nothing that the log still holds of them brings them back. */
import type { Kv } from '../kv/kv.ts';
import type { Reading } from '../sensors/reading.ts';

const PREFIX = 'removed-readings/';

export interface RemovedReadings {
  readonly park: string;
  readonly device: string;
  /** Epoch ms. */
  readonly at: number;
}

export async function noteRemovedReadings(kv: Pick<Kv, 'get' | 'put'>, removed: RemovedReadings): Promise<void> {
  const key = `${PREFIX}${removed.park}/${removed.device}`;
  await kv.put(key, removed, (await kv.get(key))?.revision ?? 0);
}

export async function listRemovedReadings(kv: Pick<Kv, 'list'>): Promise<readonly RemovedReadings[]> {
  const found: RemovedReadings[] = [];
  for await (const { value } of kv.list<RemovedReadings>(PREFIX)) found.push(value);
  return found;
}

export interface RemovedReadingsView {
  /** Whether it was received before the readings of its device were removed. A device that has the name again has later ones. */
  covers(reading: Pick<Reading, 'park' | 'device' | 'receivedAt'>): boolean;
  close(): void;
}

export async function followRemovedReadings(kv: Pick<Kv, 'list' | 'watch'>): Promise<RemovedReadingsView> {
  const removedAt = new Map<string, number>();
  const learn = (removed: RemovedReadings) => void removedAt.set(`${removed.park}/${removed.device}`, removed.at);
  const close = await kv.watch<RemovedReadings>(PREFIX, ({ item }) => item && learn(item.value));
  for (const removed of await listRemovedReadings(kv)) learn(removed);
  return {
    covers({ park, device, receivedAt }) {
      // Hardly any installation has removed one.
      if (removedAt.size === 0) return false;
      const at = removedAt.get(`${park}/${device}`);
      return at !== undefined && receivedAt <= at;
    },
    close,
  };
}
