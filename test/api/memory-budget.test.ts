import { expect, it } from 'vitest';
import { createMemoryBudget } from '../../api/memory-budget.ts';
import { limits, NOW, runApi } from './running-api.ts';

it('never holds more than its capacity, and all that wait get their turn, small ones before a large one, but not for ever', async () => {
  const budget = createMemoryBudget({ capacity: 100, patienceMs: 60_000 });
  const order: string[] = [];
  const first = await budget.take(60);
  const take = async (name: string, points: number) => {
    const release = await budget.take(points);
    order.push(name);
    release();
  };
  const large = take('large', 80);
  const small = Array.from({ length: 15 }, (_, index) => take(`small ${index}`, 30));
  await Promise.all(small.slice(0, 10));
  expect(order).toEqual(Array.from({ length: 10 }, (_, index) => `small ${index}`));
  first();
  await Promise.all([large, ...small]);
  expect(order[10]).toBe('large');
  expect(order).toHaveLength(16);
});

it('refuses by name what waits too long, and gives the room back once', async () => {
  const budget = createMemoryBudget({ capacity: 100, patienceMs: 20 });
  const release = await budget.take(100);
  await expect(budget.take(1)).rejects.toMatchObject({ code: 'QUERIES_BUSY' });
  release();
  release();
  const again = await budget.take(100);
  await expect(budget.take(100)).rejects.toMatchObject({ code: 'QUERIES_BUSY' });
  again();
  await budget.take(1000);
});

it('an answer gives its room back when it is sent, and when its query fails', async () => {
  const { get, write } = await runApi({ limits: { ...limits, queryTimeoutMs: 300 } });
  await write(Array.from({ length: 900 }, (_, index) => ({ time: NOW - 3_600_000 + index * 1000 })));
  for (let count = 0; count < 60; count++) {
    const url = '/api/v1/series?kind=aquaculture_pond&fields=dissolved_oxygen';
    expect((await get(url)).statusCode).toBe(200);
    expect((await get(`${url}&every=1s&agg=mean,min,max,count`)).statusCode).toBe(400);
  }
});
