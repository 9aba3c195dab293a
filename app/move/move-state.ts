/** Copies the shared state: parks, sites, devices with their credentials, profiles, quarantine, alarms, people, the state of the alarm engine. */
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Kv } from '../../kv/kv.ts';

/** Keys for the progress of a store that is a file; a server's progress is written by its store. */
const OF_THE_OLD_STORE = 'writers/';
const AT_ONCE = 32;

/** Continues after an interruption: items that exist already must be equal. Resolves with their number. */
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

/** Puts missing items. Rejects with `MOVE_TARGET_TAKEN` if a different one exists. */
export async function put(target: Pick<Kv, 'get' | 'put'>, key: string, value: unknown): Promise<void> {
  try {
    await target.put(key, value, 0);
  } catch (error) {
    if (codeOf(error) !== 'STATE_CONFLICT') throw error;
    const there = await target.get(key);
    if (JSON.stringify(there?.value) === JSON.stringify(value)) return;
    throw new DaoyuError(
      'MOVE_TARGET_TAKEN',
      `the new state holds a different ${key}: a platform has run on it. Empty the new servers and start again`,
      { cause: error },
    );
  }
}
