import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { openEmbeddedState } from '../../state/embedded.ts';
import { openJetStreamState } from '../../state/jetstream.ts';
import { openMemoryState } from '../../state/memory.ts';
import type { State } from '../../state/state.ts';
import { describeRegistry } from '../contract/registry.ts';
import { requireOrSkip } from '../require.ts';
import { hasNats, startNats } from '../servers/nats.ts';

function closing(state: State): State {
  onTestFinished(() => state.close().catch(() => {}));
  return state;
}

describeRegistry('memory', async () => {
  const state = openMemoryState();
  return async () => state;
});

describeRegistry('LMDB', async () => {
  const state = closing(await openEmbeddedState({ folder: mkdtempSync(join(tmpdir(), 'daoyu-registry-')) }));
  return async () => state;
});

describe.runIf(requireOrSkip('nats-server', hasNats()))('with a NATS server', () => {
  describeRegistry('NATS, each process with its own connection', async () => {
    const { url } = await startNats();
    const log = { info() {}, warn() {} };
    return async () => closing(await openJetStreamState({ url, replicas: 1, clock: Date.now, log }));
  });
});
