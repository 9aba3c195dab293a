/** The event log in memory: the reference of the contract, for tests; nothing survives the process. */
import { DaoyuError } from '../base/errors.ts';
import type { Bus, ConsumeOptions } from './bus.ts';
import { createConsumption, type LogConsumption, type LogRecord } from './consumption.ts';
import type { BusDriver } from './drivers.ts';

export const memoryLog: BusDriver = {
  schemes: ['memory'],
  form: 'memory',
  isShared: false,
  validate() {},
  open: async ({ maxBytes, clock }) => openMemoryBus({ maxBytes, clock }),
};

export interface MemoryBusOptions {
  readonly maxBytes?: number;
  readonly clock?: () => number;
}

export function openMemoryBus({ maxBytes = 64 * 1024 ** 2, clock = Date.now }: MemoryBusOptions = {}): Bus {
  let records: LogRecord[] = [];
  let last = 0;
  let sizeBytes = 0;
  let isClosed = false;
  let isFull = false;
  const taken = new Map<string, number>();
  const consumptions = new Set<LogConsumption>();

  /** Removes the oldest that every durable consumer took, until there is room. */
  function makeRoom(needed: number): boolean {
    const floor = Math.min(last, ...taken.values());
    while (sizeBytes + needed > maxBytes) {
      const oldest = records[0];
      if (oldest === undefined || oldest.position > floor) return false;
      records.shift();
      sizeBytes -= oldest.data.length;
    }
    return true;
  }

  function startOf({ from, name }: ConsumeOptions): number {
    const known = name === undefined ? undefined : taken.get(name);
    if (known !== undefined) return known;
    if (from === 'first') return (records[0]?.position ?? last + 1) - 1;
    return from === 'new' ? last : from.after;
  }

  return {
    async append(entries) {
      if (isClosed) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
      const needed = entries.reduce((sum, entry) => sum + entry.data.length, 0);
      isFull = !makeRoom(needed);
      if (isFull)
        throw new DaoyuError('BUS_FULL', `the log is full (${maxBytes} bytes) of entries that a consumer still needs`);
      for (const { subject, data } of entries) {
        last += 1;
        records.push({ position: last, subject, data, appendedAt: clock() });
      }
      sizeBytes += needed;
      for (const consumption of consumptions) consumption.wake();
      return last;
    },
    async consume(options) {
      const { name } = options;
      const after = startOf(options);
      if (name !== undefined) taken.set(name, after);
      const consumption = createConsumption({
        subjects: options.subjects,
        after,
        maxInFlight: options.maxInFlight ?? 256,
        read: (position) => {
          const start = records.findIndex((record) => record.position > position);
          return start < 0 ? [] : records.slice(start, start + 64);
        },
        ...(name !== undefined && { onTaken: (position: number) => taken.set(name, position) }),
        onClose: () => consumptions.delete(consumption),
      });
      consumptions.add(consumption);
      return consumption;
    },
    async forget(name) {
      taken.delete(name);
    },
    async status() {
      return {
        isWritable: !isClosed && !isFull,
        ...(isFull && { problem: { code: 'BUS_FULL', message: 'the log is full' } }),
        durability: { survives: 'nothing', message: 'the log is kept in memory' },
        sizeBytes,
        maxBytes,
        firstPosition: records[0]?.position ?? last + 1,
        lastPosition: last,
        consumers: [...taken].map(([name, position]) => ({ name, position, pending: last - position })),
      };
    },
    async close() {
      isClosed = true;
      await Promise.all([...consumptions].map((consumption) => consumption.close()));
      records = [];
    },
  };
}
