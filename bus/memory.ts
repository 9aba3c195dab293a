/** The event log in memory: the reference of the contract, for tests; nothing survives the process. */
import { DaoyuError } from '../base/errors.ts';
import type { Bus } from './bus.ts';
import type { LogRecord } from './consumption.ts';
import type { BusDriver } from './drivers.ts';
import { createReaders } from './readers.ts';
import { mayUseReserve, reserveOf } from './reserve.ts';

export const memoryLog: BusDriver = {
  schemes: ['memory'],
  form: 'memory',
  isShared: false,
  validate() {},
  open: async ({ maxBytes, clock }) => openMemoryBus({ maxBytes, clock }),
};

export interface MemoryBusOptions {
  readonly maxBytes?: number;
  /** Part of it that readings never use; default as in `reserve.ts`. */
  readonly reserveBytes?: number;
  readonly clock?: () => number;
}

export function openMemoryBus({
  maxBytes = 64 * 1024 ** 2,
  reserveBytes = reserveOf(maxBytes),
  clock = Date.now,
}: MemoryBusOptions = {}): Bus {
  let records: LogRecord[] = [];
  let last = 0;
  let sizeBytes = 0;
  let isClosed = false;
  let isFull = false;
  /** Size of what there was no room for: the log is full until there is. */
  let refusedBytes = 0;
  const readers = createReaders({
    first: () => records[0]?.position ?? last + 1,
    last: () => last,
    read(position) {
      const start = records.findIndex((record) => record.position > position);
      return start < 0 ? [] : records.slice(start, start + 64);
    },
  });

  /** Removes the oldest that every durable consumer took, until there is room. */
  function makeRoom(needed: number): boolean {
    const floor = readers.floor();
    while (sizeBytes + needed > maxBytes - reserveBytes) {
      const oldest = records[0];
      if (oldest === undefined || oldest.position > floor) return false;
      records.shift();
      sizeBytes -= oldest.data.length;
    }
    return true;
  }

  return {
    async append(entries) {
      if (isClosed) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
      const needed = entries.reduce((sum, entry) => sum + entry.data.length, 0);
      const isEntitled = mayUseReserve(entries);
      const wanted = isEntitled ? Math.max(needed, refusedBytes) : needed;
      isFull = !makeRoom(wanted);
      refusedBytes = isFull ? wanted : 0;
      if (isFull && !(isEntitled && sizeBytes + needed <= maxBytes))
        throw new DaoyuError('BUS_FULL', `the log is full (${maxBytes} bytes) of entries that a consumer still needs`);
      for (const { subject, data, parsed } of entries) {
        last += 1;
        records.push({ position: last, subject, data, parsed, appendedAt: clock() });
      }
      sizeBytes += needed;
      readers.wake(entries);
      return last;
    },
    consume: async (options) => readers.consume(options),
    forget: async (name) => readers.forget(name),
    async status() {
      return {
        isWritable: !isClosed && !isFull,
        ...(isFull && { problem: { code: 'BUS_FULL', message: 'the log is full' } }),
        durability: { survives: 'nothing', message: 'the log is kept in memory' },
        sizeBytes,
        maxBytes,
        firstPosition: records[0]?.position ?? last + 1,
        lastPosition: last,
        consumers: readers.status(),
      };
    },
    async close() {
      isClosed = true;
      await readers.close();
      records = [];
    },
  };
}
