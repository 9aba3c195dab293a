import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { pause } from '../../base/pause.ts';

it('ends at once when it is stopped, before or meanwhile', async () => {
  const stopped = AbortSignal.abort();
  await pause(3_600_000, stopped);
  const stopping = new AbortController();
  const waiting = pause(3_600_000, stopping.signal);
  stopping.abort();
  await waiting;
});

it('ends by itself and lets go of the signal', async () => {
  const { signal } = new AbortController();
  const waiting = pause(20, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  const winner = await Promise.race([
    waiting.then(() => 'pause'),
    new Promise((resolve) => setImmediate(resolve, 'turn')),
  ]);
  expect(winner).toBe('turn');
  await waiting;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
