/** Carries the shared state to another one: parks, sites, devices with their credentials, profiles, quarantine, alarms, people, what the alarm engine knows. */
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Kv } from '../../kv/kv.ts';

/** How far the store came, noted beside a store that is a file: a server's progress is put there by itself. */
const OF_THE_OLD_STORE = 'writers/';
const AT_ONCE = 32;

/** Items that are there already must be the same: it goes on where it was broken off. Resolves to how many there are. */
export async function moveState(source: Pick<Kv, 'list'>, target: Pick<Kv, 'get' | 'put'>): Promise<number> {
  let items = 0;
  let waiting: Promise<void>[] = [];
  for await (const { key, value } of source.list('')) {
    if (key.startsWith(OF_THE_OLD_STORE)) continue;
    items += 1;
    waiting.push(put(target, key, value));
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  return items;
}

/** Puts what is not there yet. Rejects with `MOVE_TARGET_TAKEN` where something else is. */
export async function put(target: Pick<Kv, 'get' | 'put'>, key: string, value: unknown): Promise<void> {
  try {
    await target.put(key, value, 0);
  } catch (error) {
    if (codeOf(error) !== 'STATE_CONFLICT') throw error;
    const there = await target.get(key);
    if (JSON.stringify(there?.value) === JSON.stringify(value)) return;
    throw new DaoyuError(
      'MOVE_TARGET_TAKEN',
      `the new state holds another ${key}: a platform has run on it. Empty the new servers and begin again`,
      { cause: error },
    );
  }
}
