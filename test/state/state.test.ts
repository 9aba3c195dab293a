import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openEmbeddedState } from '../../state/embedded.ts';
import { openMemoryState } from '../../state/memory.ts';
import type { State } from '../../state/state.ts';
import { describeState } from '../contract/state.ts';

const folders = new WeakMap<State, string>();

async function open(folder = mkdtempSync(join(tmpdir(), 'daoyu-state-'))): Promise<State> {
  const state = await openEmbeddedState({ folder });
  folders.set(state, folder);
  onTestFinished(() => state.close().catch(() => {}));
  return state;
}

describeState('memory state', {}, async () => openMemoryState());
describeState(
  'embedded state',
  {
    async reopen(state) {
      await state.close();
      return await open(folders.get(state));
    },
  },
  () => open(),
);
