/** Reads a log in order for one consumer: slices, wake-up on append, acknowledgement, retry. Shared by the in-process logs. */
import { subjectMatches } from '../base/topics.ts';
import { AckWindow } from './ack-window.ts';
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
  /** The position up to which entries were taken before; called when the consumption may start. */
  readonly after: () => number;
  /** False while another consumption holds the name; `wake` signals a change. Absent: always true. */
  readonly mayRead?: () => boolean;
  readonly maxInFlight: number;
  /** A bounded slice of the entries after a position, oldest first. */
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

const MAX_SUBJECTS = 1000;
/** So many deliveries, then the event loop has its turn: a long backlog must not block it. */
const AT_ONCE = 64;

export function createConsumption(options: ConsumptionOptions): LogConsumption {
  const { maxInFlight, read, onTaken, mayRead = () => true, mayLag = () => false } = options;
  const isAbout = createSubjectFilter(options.subjects);
  /** Absent for ephemeral consumers, which do not acknowledge. */
  const window = onTaken && new AckWindow(onTaken);
  let hasBegun = false;
  let start = 0;
  let cursor = 0;
  let slice: readonly LogRecord[] = [];
  let index = 0;
  let isClosed = false;
  /** A retry waits on a timer, because a wall clock may jump. */
  let pause: NodeJS.Timeout | undefined;
  let wakeUp: (() => void) | undefined;

  function wake(): void {
    wakeUp?.();
    wakeUp = undefined;
  }

  function begin(): boolean {
    if (hasBegun || !mayRead()) return hasBegun;
    hasBegun = true;
    start = options.after();
    cursor = start;
    if (window !== undefined) window.taken = start;
    return true;
  }

  function rewind(delayMs: number): void {
    window?.rewind();
    cursor = window?.taken ?? start;
    slice = [];
    index = 0;
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
      window?.skip(record.position);
    }
  }

  function deliver(record: LogRecord): Delivery {
    const { subject, data, position, appendedAt, parsed } = record;
    if (window === undefined) return { subject, data, position, appendedAt, parsed, ack() {}, retry: rewind };
    const mark = window.deliver(position);
    return {
      ...{ subject, data, position, appendedAt, parsed },
      ack() {
        if (!window.isOpen(mark)) return;
        window.settle(mark);
        wake();
      },
      retry(delayMs) {
        if (window.isOpen(mark)) rewind(delayMs);
      },
    };
  }

  let sinceTurn = 0;

  function next(): Delivery | undefined {
    const mayDeliver = begin() && (window?.outstanding ?? 0) < maxInFlight && pause === undefined;
    const record = mayDeliver ? nextRecord() : undefined;
    if (record === undefined) return undefined;
    sinceTurn += 1;
    return deliver(record);
  }

  async function* deliveries(): AsyncGenerator<Delivery> {
    while (!isClosed) {
      if (sinceTurn >= AT_ONCE) {
        await new Promise((resolve) => setImmediate(resolve));
        sinceTurn = 0;
        continue;
      }
      const delivery = next();
      if (delivery !== undefined) {
        yield delivery;
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
    ready: () => (isClosed || sinceTurn >= AT_ONCE ? undefined : next()),
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

/** Remembers answers by subject. There are few subjects; the bound is for clients that invent them. */
function createSubjectFilter(patterns: readonly string[]): (subject: string) => boolean {
  const known = new Map<string, boolean>();
  return (subject) => {
    const answer = known.get(subject);
    if (answer !== undefined) return answer;
    if (known.size >= MAX_SUBJECTS) known.clear();
    const found = patterns.some((pattern) => subjectMatches(pattern, subject));
    known.set(subject, found);
    return found;
  };
}
