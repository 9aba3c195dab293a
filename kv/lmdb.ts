/** Shared state on LMDB: one process, each change fsynced before it resolves. */
import type { DiskSpace } from '../base/disk-space.ts';
import { openEnvironment } from '../engines/lmdb.ts';
import type { Kv } from './kv.ts';
import { createRevisions, type Storage } from './revisions.ts';

/** The last code point, so that a range ends behind all keys of a prefix. */
const BEHIND_ALL = '\u{10ffff}';

export async function openLmdbKv({
  folder,
  space,
}: {
  readonly folder: string;
  readonly space?: DiskSpace;
}): Promise<Kv> {
  const environment = openEnvironment(folder, space);
  const items = environment.table<string>('items');
  const storage: Storage = {
    home: { name: `the folder ${folder}`, cure: 'Restore the folder from a backup.' },
    get: (key) => items.get(key),
    *range(prefix, { after, isReverse }) {
      const end = `${prefix}${BEHIND_ALL}`;
      const range = isReverse
        ? items.getRange({ start: after ?? end, end: prefix, inclusiveEnd: true, reverse: true })
        : items.getRange({ start: after ?? prefix, end });
      for (const { key, value } of range) yield { key, text: value };
    },
    commit(changes) {
      return environment.commit((put) => {
        for (const { key, text } of changes) put(items, key, text);
      });
    },
    copyTo: (target) => environment.copyTo(target),
    close: () => environment.close(),
  };
  try {
    return createRevisions(storage);
  } catch (error) {
    await environment.close();
    throw error;
  }
}
