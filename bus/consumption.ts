/** Reads a log in order for one consumer: slices, wake-up on append, acknowledgement, retry. Shared by the logs that run in this process. */
import { subjectMatches } from '../base/topics.ts';
import type { Consumption, Delivery } from './bus.ts';

export interface LogRecord {
  readonly position: number;
  readonly subject: string;
  readonly appendedAt: number;
  readonly data: string;
  readonly parsed?: Delivery['parsed'];
}

export interface ConsumptionOptions {
  readonly subjects: readonly string[];
  /** Entries up to this position were taken before; read when the consumption may start. */
  readonly after: () => number;
  /** False while another consumption holds the name; `wake` signals a change. Absent: always true. */
  readonly mayRead?: () => boolean;
  readonly maxInFlight: number;
  /** A bounded slice of the entries behind a position, oldest first. */
  readonly read: (after: number) => readonly LogRecord[];
  /** Everything up to this position is taken; undefined for ephemeral consumers, which need no acknowledgement. */
  readonly onTaken?: (position: number) => void;
  readonly onClose: () => void;
  readonly mayLag?: (() => boolean) | undefined;
}

export interface LogConsumption extends Consumption {
  /** Signals that there may be more to read. */
  wake(): void;
  /** Whether it delivers entries of this subject. */
  isAbout(subject: string): boolean;
  /** See `ConsumeOptions`. */
  mayLag(): boolean;
}

/** Subjects are as many as kinds and partitions; somebody who invents them without end costs no memory. */
const MAX_SUBJECTS = 1000;

export function createConsumption(options: ConsumptionOptions): LogConsumption {
  const { subjects, maxInFlight, read, onTaken, mayRead = () => true, mayLag = () => false } = options;
  let hasBegun = false;
  /** Everything up to here is taken. */
  let taken = 0;
  let cursor = 0;
  let slice: readonly LogRecord[] = [];
  let index = 0;
  let isClosed = false;
  /** A retry waits on a timer, because a wall clock may jump. */
  let pause: NodeJS.Timeout | undefined;
  let wakeUp: (() => void) | undefined;
  /** Delivered or skipped positions behind `taken`, in order, with whether each is settled. */
  let window: { readonly position: number; isSettled: boolean }[] = [];
  let outstanding = 0;
  /** Grows with each rewind, so that an ack of a delivery from before it is not counted twice. */
  let epoch = 0;

  const known = new Map<string, boolean>();

  function isAbout(subject: string): boolean {
    const answer = known.get(subject);
    if (answer !== undefined) return answer;
    if (known.size >= MAX_SUBJECTS) known.clear();
    const found = subjects.some((pattern) => subjectMatches(pattern, subject));
    known.set(subject, found);
    return found;
  }

  function wake(): void {
    wakeUp?.();
    wakeUp = undefined;
  }

  function begin(): boolean {
    if (hasBegun || !mayRead()) return hasBegun;
    hasBegun = true;
    taken = options.after();
    cursor = taken;
    return true;
  }

  function settle(): void {
    let count = 0;
    while (count < window.length && window[count]?.isSettled) count += 1;
    const last = window[count - 1];
    if (last === undefined) return;
    taken = last.position;
    window = window.slice(count);
    onTaken?.(taken);
  }

  function rewind(delayMs: number): void {
    epoch += 1;
    cursor = taken;
    slice = [];
    index = 0;
    window = [];
    outstanding = 0;
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = undefined;
      wake();
    }, delayMs);
  }

  function nextRecord(): LogRecord | undefined {
    for (;;) {
      if (index >= slice.length) {
        slice = read(cursor);
        index = 0;
        if (slice.length === 0) return undefined;
      }
      const record = slice[index];
      index += 1;
      if (record === undefined) continue;
      cursor = record.position;
      if (isAbout(record.subject)) return record;
      skip(record.position);
    }
  }

  /** An entry of another subject counts as taken; a run of them leaves one mark. */
  function skip(position: number): void {
    if (onTaken === undefined) return;
    const last = window.at(-1);
    if (last?.isSettled) window[window.length - 1] = { position, isSettled: true };
    else window.push({ position, isSettled: true });
    if (window.length === 1) settle();
  }

  function deliver(record: LogRecord): Delivery {
    const { subject, data, position, appendedAt, parsed } = record;
    if (onTaken === undefined) return { subject, data, position, appendedAt, parsed, ack() {}, retry: rewind };
    const mark = { position, isSettled: false };
    const bornIn = epoch;
    window.push(mark);
    outstanding += 1;
    return {
      subject,
      data,
      position,
      appendedAt,
      parsed,
      ack() {
        if (mark.isSettled || bornIn !== epoch) return;
        mark.isSettled = true;
        outstanding -= 1;
        if (window[0] === mark) settle();
        wake();
      },
      retry(delayMs) {
        if (!mark.isSettled && bornIn === epoch) rewind(delayMs);
      },
    };
  }

  async function* deliveries(): AsyncGenerator<Delivery> {
    let sinceBreath = 0;
    while (!isClosed) {
      const mayDeliver = begin() && outstanding < maxInFlight && pause === undefined;
      const record = mayDeliver ? nextRecord() : undefined;
      if (record !== undefined) {
        sinceBreath += 1;
        // A long backlog must not block the event loop.
        if (sinceBreath % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield deliver(record);
        continue;
      }
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
      });
    }
  }

  begin();
  return {
    wake,
    hurry: wake,
    isAbout,
    mayLag,
    [Symbol.asyncIterator]: deliveries,
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(pause);
      options.onClose();
      wake();
    },
  };
}
