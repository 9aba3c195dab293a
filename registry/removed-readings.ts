/** Whose readings were removed, so that a store that is rebuilt from the log does not bring them back. */
import type { Kv } from '../kv/kv.ts';

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
