import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { openJetStreamKv } from '../../kv/jetstream.ts';
import type { Kv } from '../../kv/kv.ts';
import { openLmdbKv } from '../../kv/lmdb.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { describeRegistry } from '../contract/registry.ts';
import { requireOrSkip } from '../require.ts';
import { hasNats, startNats } from '../servers/nats.ts';

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

describe.runIf(requireOrSkip('nats-server', hasNats()))('with a NATS server', () => {
  describeRegistry('NATS, each process with its own connection', async () => {
    const { url } = await startNats();
    const log = { info() {}, warn() {} };
    return async () => closing(await openJetStreamKv({ url, replicas: 1, clock: Date.now, log }));
  });
});
