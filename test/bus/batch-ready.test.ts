import { expect, it } from 'vitest';
import { gather } from '../../bus/batch.ts';
import type { Delivery } from '../../bus/bus.ts';

const delivery = (position: number): Delivery => ({
  ...{ subject: 'daoyu.test', data: 'x', position, appendedAt: 0 },
  ack() {},
  retry() {},
});

/** Gives what is there without a promise; a rewind gives earlier positions again. */
function sourceOf(positions: readonly number[]) {
  const left = positions.map(delivery);
  let pulled = 0;
  return {
    get pulled() {
      return pulled;
    },
    ready: () => (left.length > 0 ? left.shift() : undefined),
    async *[Symbol.asyncIterator]() {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        pulled += 1;
        yield next;
      }
    },
  };
}

async function groupsOf(source: ReturnType<typeof sourceOf>, maxDeliveries: number): Promise<number[][]> {
  const groups: number[][] = [];
  for await (const group of gather(source, { maxDeliveries, maxBytes: 1000, waitMs: 0 }))
    groups.push(group.map(({ position }) => position));
  return groups;
}

it('takes what is there without a promise each, up to the limit of a group', async () => {
  const source = sourceOf([1, 2, 3, 4, 5, 6, 7]);
  expect(await groupsOf(source, 3)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(source.pulled).toBe(3);
});

it('begins a new group with what comes again, and loses nothing', async () => {
  expect(await groupsOf(sourceOf([1, 2, 3, 2, 3, 4]), 10)).toEqual([
    [1, 2, 3],
    [2, 3, 4],
  ]);
});
