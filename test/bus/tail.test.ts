import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../bus/consumption.ts';
import { createTail } from '../../bus/lmdb/tail.ts';

const record = (position: number, size = 10): LogRecord => ({
  position,
  subject: 'daoyu.readings.tianyu.paddy_water.0',
  appendedAt: 0,
  data: 'x'.repeat(size),
});
const positions = (records: readonly LogRecord[] | undefined) => records?.map(({ position }) => position);

describe('the tail of a log', () => {
  it('gives what stands behind a position, in order and bounded', () => {
    const tail = createTail(1000);
    tail.add([record(5), record(6)]);
    tail.add([record(7)]);
    expect(positions(tail.behind(4, 64))).toEqual([5, 6, 7]);
    expect(positions(tail.behind(5, 1))).toEqual([6]);
    expect(positions(tail.behind(7, 64))).toEqual([]);
  });

  it('sends to the log whoever asks for what it does not hold', () => {
    const tail = createTail(1000);
    expect(tail.behind(0, 64)).toBeUndefined();
    tail.add([record(5)]);
    expect(tail.behind(3, 64)).toBeUndefined();
  });

  it('forgets the oldest beyond its size, and gives the rest as before', () => {
    const tail = createTail(100);
    for (let position = 1; position <= 1000; position++) tail.add([record(position)]);
    expect(tail.behind(989, 64)).toBeUndefined();
    expect(positions(tail.behind(990, 64))).toEqual([991, 992, 993, 994, 995, 996, 997, 998, 999, 1000]);
    tail.add([record(1001, 500)]);
    expect(tail.behind(1000, 64)).toBeUndefined();
  });

  it('begins anew behind a gap, where an append failed', () => {
    const tail = createTail(1000);
    tail.add([record(1), record(2)]);
    tail.add([record(5)]);
    expect(tail.behind(1, 64)).toBeUndefined();
    expect(positions(tail.behind(4, 64))).toEqual([5]);
  });

  it('keeps nothing rather than a wrong order', () => {
    const tail = createTail(1000);
    tail.add([record(4), record(5)]);
    tail.add([record(1), record(2), record(3)]);
    expect(tail.behind(3, 64)).toBeUndefined();
    tail.add([record(6)]);
    expect(tail.behind(4, 64)).toBeUndefined();
    expect(positions(tail.behind(5, 64))).toEqual([6]);
  });
});
