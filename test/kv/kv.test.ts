import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Kv } from '../../kv/kv.ts';
import { openLmdbKv } from '../../kv/lmdb.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { describeKv } from '../contract/kv.ts';

const folders = new WeakMap<Kv, string>();

async function open(folder = mkdtempSync(join(tmpdir(), 'daoyu-state-'))): Promise<Kv> {
  const kv = await openLmdbKv({ folder });
  folders.set(kv, folder);
  onTestFinished(() => kv.close().catch(() => {}));
  return kv;
}

describeKv('memory state', {}, async () => openMemoryKv());
describeKv(
  'embedded state',
  {
    async reopen(kv) {
      await kv.close();
      return await open(folders.get(kv));
    },
  },
  () => open(),
);
