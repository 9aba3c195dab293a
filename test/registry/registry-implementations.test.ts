import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Kv } from '../../kv/kv.ts';
import { openLmdbKv } from '../../kv/lmdb.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { describeRegistry } from '../contract/registry.ts';

function closing(kv: Kv): Kv {
  onTestFinished(() => kv.close().catch(() => {}));
  return kv;
}

describeRegistry('memory', async () => {
  const kv = openMemoryKv();
  return async () => kv;
});

describeRegistry('LMDB', async () => {
  const kv = closing(await openLmdbKv({ folder: mkdtempSync(join(tmpdir(), 'daoyu-registry-')) }));
  return async () => kv;
});
