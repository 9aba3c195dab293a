import { expect, it } from 'vitest';
import { createOutbox } from '../../simulators/outbox.ts';

it('sends in order and gathers what waited into one batch', async () => {
  const batches: number[][] = [];
  const release: (() => void)[] = [];
  const outbox = createOutbox<number>({
    send: (batch) => {
      batches.push([...batch]);
      return new Promise((resolve) => release.push(resolve));
    },
    capacity: 100,
    batchSize: 10,
    window: 1,
  });
  for (let number = 0; number < 5; number++) outbox.put(number);
  expect(batches).toEqual([[0]]);
  release[0]?.();
  await new Promise(setImmediate);
  expect(batches).toEqual([[0], [1, 2, 3, 4]]);
  release[1]?.();
  await outbox.drained();
  expect([outbox.sent, outbox.acknowledged, outbox.buffered, outbox.overwritten]).toEqual([5, 5, 0, 0]);
});

it('overwrites the oldest when it is full, and counts it', () => {
  const outbox = createOutbox<number>({ send: () => new Promise(() => {}), capacity: 3, batchSize: 1, window: 1 });
  for (let number = 0; number < 10; number++) outbox.put(number);
  expect(outbox.overwritten).toBe(6);
  expect(outbox.buffered).toBe(4);
});

it('takes a batch back when it was not acknowledged', async () => {
  let attempts = 0;
  const outbox = createOutbox<string>({
    send: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('connection lost');
    },
    capacity: 10,
    batchSize: 10,
    window: 1,
  });
  outbox.put('a');
  await new Promise(setImmediate);
  expect(outbox.buffered).toBe(1);
  outbox.put('b');
  await outbox.drained();
  expect(outbox.acknowledged).toBe(2);
});

it('sends what was put before a hold and keeps what is put during it, in order', async () => {
  const sent: number[] = [];
  const release: (() => void)[] = [];
  const outbox = createOutbox<number>({
    send: (batch) => {
      sent.push(...batch);
      return new Promise((resolve) => release.push(resolve));
    },
    capacity: 100,
    batchSize: 1,
    window: 1,
  });
  outbox.put(1);
  outbox.put(2);
  outbox.hold();
  outbox.put(3);
  release[0]?.();
  await new Promise(setImmediate);
  release[1]?.();
  await outbox.idle();
  expect(sent).toEqual([1, 2]);
  expect(outbox.buffered).toBe(1);
  outbox.release();
  release[2]?.();
  await outbox.drained();
  expect(sent).toEqual([1, 2, 3]);
});
