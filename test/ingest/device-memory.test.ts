import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, createDeviceMemories, DeviceMemory } from '../../ingest/device-memory.ts';

const MINUTE = 60_000;
const values = fc.dictionary(fc.constantFrom('ph', 'do', 't'), fc.integer({ min: 0, max: 2 }));

describe('a later word on the same time', () => {
  it('adds what was not there and conflicts where it differs', () => {
    fc.assert(
      fc.property(values, values, (earlier, later) => {
        const names = Object.keys(later);
        const { added, conflicting } = compare(earlier, later);
        expect([...added].sort()).toEqual(names.filter((name) => !(name in earlier)).sort());
        const differs = (name: string) => name in earlier && earlier[name] !== later[name];
        expect([...conflicting].sort()).toEqual(names.filter(differs).sort());
      }),
    );
  });
});

describe('what is durable', () => {
  it('is known by its time; what comes later for the same time adds, and never replaces', () => {
    const memory = new DeviceMemory();
    memory.remember(1, { ph: 7 });
    memory.remember(1, { ph: 8, do: 6 });
    expect(memory.knownAt(1)).toEqual({ values: { ph: 7, do: 6 } });
    expect(memory.knownAt(2)).toBeUndefined();
  });

  it('is forgotten beyond 128 times, the oldest first', () => {
    const memory = new DeviceMemory();
    for (let time = 0; time < 129; time++) memory.remember(time, { ph: time });
    expect(memory.knownAt(0)).toBeUndefined();
    expect(memory.knownAt(1)).toBeDefined();
    expect(memory.knownAt(128)).toBeDefined();
  });
});

describe('what is on its way to the disk', () => {
  it('is known with its promise, and no longer once it is refused', async () => {
    const memory = new DeviceMemory();
    let refuse = (_: Error) => {};
    const durable = new Promise<void>((_resolve, reject) => {
      refuse = reject;
    });
    memory.keepPending(new Map([[1, { ph: 7 }]]), ['content'], durable);
    expect(memory.knownAt(1)).toEqual({ values: { ph: 7 }, durable });
    expect(memory.pendingUntimed('content')).toBe(durable);
    refuse(new Error('the log is full'));
    await expect(durable).rejects.toThrow();
    await Promise.resolve();
    expect(memory.knownAt(1)).toBeUndefined();
    expect(memory.pendingUntimed('content')).toBeUndefined();
  });

  it('stays known while a later message for the same time is under way', async () => {
    const memory = new DeviceMemory();
    const first = Promise.resolve();
    const second = new Promise<void>(() => {});
    memory.keepPending(new Map([[1, { ph: 7 }]]), ['same'], first);
    memory.keepPending(new Map([[1, { ph: 8, do: 6 }]]), ['same'], second);
    await first;
    await Promise.resolve();
    expect(memory.knownAt(1)).toEqual({ values: { ph: 7, do: 6 }, durable: second });
    expect(memory.pendingUntimed('same')).toBe(second);
  });

  it('adds to what is durable, which goes first', () => {
    const memory = new DeviceMemory();
    const durable = new Promise<void>(() => {});
    memory.remember(1, { ph: 7 });
    memory.keepPending(new Map([[1, { ph: 9, do: 6 }]]), [], durable);
    expect(memory.knownAt(1)).toEqual({ values: { ph: 7, do: 6 }, durable });
  });
});

describe('a reading without a clock', () => {
  it('is known for ten minutes, and among the last 64', () => {
    const memory = new DeviceMemory();
    memory.rememberUntimed('a', 0);
    expect(memory.hasUntimed('a', 10 * MINUTE)).toBe(true);
    expect(memory.hasUntimed('a', 10 * MINUTE + 1)).toBe(false);
    expect(memory.hasUntimed('b', 0)).toBe(false);
    for (let count = 0; count < 63; count++) memory.rememberUntimed(`other ${count}`, 0);
    expect(memory.hasUntimed('a', 0)).toBe(true);
    // Said again, it is new again.
    memory.rememberUntimed('a', 0);
    memory.rememberUntimed('one more', 0);
    expect(memory.hasUntimed('a', 0)).toBe(true);
    expect(memory.hasUntimed('other 0', 0)).toBe(false);
  });

  it('gets a time of its own, never before its receipt nor before the last one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (receipts) => {
        const memory = new DeviceMemory();
        let last = 0;
        for (const receivedAt of receipts) {
          const time = memory.assignTime(receivedAt);
          expect(time).toBe(receivedAt > last ? receivedAt : last + 1);
          last = time;
        }
      }),
    );
  });
});

describe('unknown keys', () => {
  it('are new once, until forgotten, and none is new beyond 200', () => {
    const memory = new DeviceMemory();
    expect(memory.newUnknownKeys(['a', 'b'])).toEqual(['a', 'b']);
    memory.rememberUnknownKeys(['a']);
    expect(memory.newUnknownKeys(['a', 'b'])).toEqual(['b']);
    memory.forgetUnknownKeys(['a']);
    expect(memory.newUnknownKeys(['a'])).toEqual(['a']);
    const many = Array.from({ length: 199 }, (_, index) => `key ${index}`);
    memory.rememberUnknownKeys(many);
    expect(memory.newUnknownKeys(['a'])).toEqual(['a']);
    memory.rememberUnknownKeys(['a', 'too much']);
    expect(memory.newUnknownKeys(['too much'])).toEqual([]);
    memory.forgetUnknownKeys();
    expect(memory.newUnknownKeys(['a', 'too much'])).toEqual(['a', 'too much']);
  });
});

it('each device of each park has a memory; beyond 20,000 the first is forgotten', () => {
  const memoryOf = createDeviceMemories();
  const first = memoryOf('park', 'first');
  expect(memoryOf('park', 'first')).toBe(first);
  expect(memoryOf('other', 'first')).not.toBe(first);
  for (let count = 0; count < 19_998; count++) memoryOf('park', `device ${count}`);
  expect(memoryOf('park', 'first')).toBe(first);
  memoryOf('park', 'one more');
  expect(memoryOf('park', 'first')).not.toBe(first);
});
