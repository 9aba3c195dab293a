import { EventEmitter } from 'node:events';
import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { createQueryGate } from '../../api/query-gate.ts';

const asking = () => {
  const socket = new EventEmitter();
  return { socket, request: { raw: { socket } } as unknown as FastifyRequest };
};

function held() {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    ends,
    most: () => most,
    running: () => running,
    query: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return 'answer';
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('never runs more queries than allowed, and all that wait get their turn', async () => {
  const gate = createQueryGate({ maxConcurrentQueries: 2, queryTimeoutMs: 60_000 });
  const work = held();
  const answers = Array.from({ length: 9 }, () => gate.run(asking().request, work.query));
  let left = 9;
  while (left > 0) {
    await turn();
    expect(work.running()).toBe(Math.min(2, left));
    work.ends.shift()?.();
    left -= 1;
  }
  expect(await Promise.all(answers)).toEqual(Array(9).fill('answer'));
  expect(work.most()).toBe(2);
});

it('refuses what would wait behind too many', async () => {
  const gate = createQueryGate({ maxConcurrentQueries: 1, queryTimeoutMs: 60_000 });
  const work = held();
  const answers = Array.from({ length: 26 }, () => gate.run(asking().request, work.query));
  await expect(gate.run(asking().request, work.query)).rejects.toMatchObject({ code: 'QUERIES_BUSY' });
  for (const _ of answers) {
    await turn();
    work.ends.shift()?.();
  }
  expect(await Promise.all(answers)).toHaveLength(26);
});

it('answers after its time even when the store does not heed the signal, and keeps the place until the store is done', async () => {
  const gate = createQueryGate({ maxConcurrentQueries: 1, queryTimeoutMs: 5 });
  const work = held();
  await expect(gate.run(asking().request, work.query)).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
  await expect(gate.run(asking().request, async () => 'too early')).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
  work.ends.shift()?.();
  await turn();
  expect(await gate.run(asking().request, async () => 'in time')).toBe('in time');
});

it('stops the query of a client that left, and forgets the one that waited', async () => {
  const gate = createQueryGate({ maxConcurrentQueries: 1, queryTimeoutMs: 60_000 });
  const first = asking();
  const second = asking();
  let signalled: AbortSignal | undefined;
  const one = gate.run(first.request, (signal) => {
    signalled = signal;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  let ran = false;
  const two = gate.run(second.request, async () => {
    ran = true;
  });
  second.socket.emit('close');
  await expect(two).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
  first.socket.emit('close');
  await expect(one).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
  expect(signalled?.aborted).toBe(true);
  expect(ran).toBe(false);
  expect(await gate.run(asking().request, async () => 'free')).toBe('free');
});
