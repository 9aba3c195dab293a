/** Readers of an in-process log: positions of durable consumers, holders of names, wake-up on append. */
import type { BusStatus, ConsumeOptions, Consumption } from './bus.ts';
import { createConsumption, type LogConsumption, type LogRecord } from './consumption.ts';
import { createTurns } from './turns.ts';
import { createWaking, type WakingOptions } from './waking.ts';

export interface ReadersOptions {
  /** Where durable consumers stand that are known from before. */
  readonly positions?: Iterable<readonly [name: string, position: number]>;
  readonly first: () => number;
  readonly last: () => number;
  /** Entries behind a position, oldest first, a bounded slice of them. */
  readonly read: (after: number) => readonly LogRecord[];
  /** A durable consumer was made or has taken more. */
  readonly onMoved?: (name: string) => void;
  /** See `createWaking`; default: whoever waits is woken with every append. */
  readonly waking?: WakingOptions;
}

export interface Readers {
  /** A durable consumer exists from now on. */
  consume(options: ConsumeOptions): Consumption;
  forget(name: string): void;
  /** Undefined: there is no such consumer. */
  positionOf(name: string): number | undefined;
  /** Every durable consumer has taken what lies up to here. */
  floor(): number;
  /** Of the durable consumers the one furthest behind, for messages. */
  slowest(): string;
  status(): BusStatus['consumers'];
  /** There is more to read: these. */
  wake(added: readonly Pick<LogRecord, 'subject' | 'data'>[]): void;
  close(): Promise<void>;
}

export function createReaders(options: ReadersOptions): Readers {
  const { positions = [], first, last, read, onMoved = () => {}, waking: wakingOptions } = options;
  const taken = new Map<string, number>(positions);
  const turns = createTurns();
  const consumptions = new Set<LogConsumption>();
  const waking = createWaking(consumptions, wakingOptions);

  function startOf({ from, name }: ConsumeOptions): number {
    const known = name === undefined ? undefined : taken.get(name);
    if (known !== undefined) return known;
    if (from === 'first') return first() - 1;
    return from === 'new' ? last() : from.after;
  }

  /** Never back, and not for a consumer that was forgotten meanwhile: it would hold the log for nobody. */
  function move(name: string, position: number): void {
    const before = taken.get(name);
    if (before === undefined || position <= before) return;
    taken.set(name, position);
    onMoved(name);
  }

  function consumeAs(name: string, options: ConsumeOptions): LogConsumption {
    const start = startOf(options);
    if (!taken.has(name)) {
      taken.set(name, start);
      onMoved(name);
    }
    const turn = turns.take(name, () => consumption.wake());
    const consumption = createConsumption({
      ...readingOf(options),
      after: () => taken.get(name) ?? start,
      mayRead: turn.hasCome,
      onTaken: (position) => move(name, position),
      onClose() {
        consumptions.delete(consumption);
        turn.end();
      },
    });
    return consumption;
  }

  function follow(options: ConsumeOptions): LogConsumption {
    const start = startOf(options);
    const consumption = createConsumption({
      ...readingOf(options),
      after: () => start,
      onClose: () => consumptions.delete(consumption),
    });
    return consumption;
  }

  const readingOf = ({ subjects, maxInFlight = 256, mayLag }: ConsumeOptions) => ({
    ...{ subjects, maxInFlight, mayLag, read },
  });

  return {
    consume(options) {
      const consumption = options.name === undefined ? follow(options) : consumeAs(options.name, options);
      consumptions.add(consumption);
      return consumption;
    },
    forget: (name) => void taken.delete(name),
    positionOf: (name) => taken.get(name),
    floor: () => Math.min(last(), ...taken.values()),
    slowest() {
      const [name] = [...taken].sort(([, a], [, b]) => a - b)[0] ?? ['somebody'];
      return `consumer ${name}`;
    },
    status: () => [...taken].map(([name, position]) => ({ name, position, pending: Math.max(0, last() - position) })),
    wake: waking.wake,
    async close() {
      waking.close();
      await Promise.all([...consumptions].map((consumption) => consumption.close()));
    },
  };
}
