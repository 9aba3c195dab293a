/** Gathers what concurrent publishes want on the log and appends it together, one entry a subject: the fsync is shared, so throughput does not hang on it. */

import { DaoyuError } from '../base/errors.ts';
import { deviceKey } from '../base/keys.ts';
import type { DeviceAddress } from '../base/topics.ts';
import type { Bus, Entry } from '../bus/bus.ts';
import { type LogEntry, parseEntry } from '../bus/parse-event.ts';
import { type JudgedReading, unpacked } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';

/** NATS refuses messages above 1 MB; half of it leaves room for its headers and for our envelope. */
const MAX_ENTRY_BYTES = 512 * 1024;
/** A group larger than this is closed, so that one slow append does not hold ever more publishes. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024;
/**
 * Between the beginnings of two appends of small groups. An append costs about as much as two hundred readings, so at a thousand
 * readings a second one each would be most of the work; the first after a pause does not wait, and neither does a group that has grown.
 */
const APPEND_EVERY_MS = 3;
const SMALL_GROUP_BYTES = 16 * 1024;

export interface Counted {
  readonly park: string;
  readonly device: string;
  readonly received: number;
  readonly duplicate: number;
  readonly quarantined: number;
}

export type ListName = 'readings' | 'records';

/** What one message puts on the log; all of it in one append, so all or nothing. */
export interface Group {
  /** An item of an entry's list as JSON text, with what it adds to the device's tally in the same entry. */
  add(subject: string, list: ListName, text: string, counted: Counted): void;
  /** A tally without an item: duplicates. */
  count(subject: string, list: ListName, counted: Counted): void;
  /** An entry of its own. */
  addEntry(entry: Entry): void;
  /** Canonical readings of one device as one text, joined by commas, ASCII; `readings` are the same, judged already. */
  addReadings(
    subject: string,
    text: string,
    device: { readonly key: string } & DeviceAddress,
    readings: readonly JudgedReading[],
  ): void;
  /** Called once, when no more is added: what it adds is the last. */
  beforeAppend(call: () => void): void;
  /** Called when all is durable, before those who wait for the promise. */
  onDurable(call: () => void): void;
  onSettled(waiter: Waiter): void;
}

/** What hangs on a group, told before those who wait for its promise. */
export interface Waiter {
  durable(): void;
  failed(): void;
}

export interface GroupCommit {
  /**
   * Fills the group at once and resolves when it is on disk. One append is under way at a time, so the order of the log is the order of
   * calls, for every subject. While it runs the next group gathers: the disk sets the pace, and small groups come at least some
   * milliseconds apart; none waits when the last was longer ago.
   * Rejects with the error of the append, and then nothing of the group is on the log; with `INTAKE_FULL` when too many bytes wait:
   * the caller gives no PUBACK, and the device sends again.
   */
  submit(fill: (group: Group) => void): Promise<void>;
  /** The group to fill at once, and then to hand to `filled`: as `submit`, without a function a message. Undefined when it would reject. */
  gathering(): Group | undefined;
  filled(group: Group): Promise<void>;
  /** Appends what waits, then refuses with `INTAKE_CLOSED`. */
  close(): Promise<void>;
}

export interface GroupCommitOptions {
  readonly bus: Pick<Bus, 'append'>;
  /** Of all groups that wait. */
  readonly maxQueuedBytes?: number;
}

export function createGroupCommit({ bus, maxQueuedBytes = 128 * 1024 * 1024 }: GroupCommitOptions): GroupCommit {
  const queue: Gathering[] = [];
  let queuedBytes = 0;
  let isClosed = false;
  let running: Promise<void> | undefined;

  /** When the last append began, by a clock that nobody sets. */
  let beganAt = Number.NEGATIVE_INFINITY;
  /** Ends the wait of a small group for company. */
  let hasten: (() => void) | undefined;

  /** One turn of the event loop first: all sockets that are readable now get into the same group. */
  const start = () => {
    running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drain).finally(() => {
      running = undefined;
      if (queue.length > 0) start();
    });
  };

  const isLarge = () => queue.length > 1 || isClosed || (queue[0]?.bytes ?? 0) >= SMALL_GROUP_BYTES;

  async function untilDue(): Promise<void> {
    const rest = beganAt + APPEND_EVERY_MS - performance.now();
    if (rest <= 0 || isLarge()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, rest);
      hasten = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    hasten = undefined;
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await untilDue();
      const group = queue.shift();
      if (group === undefined) return;
      beganAt = performance.now();
      try {
        const entries = group.entries();
        queuedBytes += group.takeBytes();
        await bus.append(entries);
        group.succeed();
      } catch (error) {
        group.fail(error);
      }
      queuedBytes -= group.bytes;
    }
  }

  function open(): Gathering {
    const last = queue.at(-1);
    if (last !== undefined && last.bytes <= MAX_GROUP_BYTES) return last;
    const group = new Gathering();
    queue.push(group);
    return group;
  }

  function filled(group: Gathering): Promise<void> {
    queuedBytes += group.takeBytes();
    start();
    if (hasten !== undefined && isLarge()) hasten();
    return group.promise;
  }

  return {
    submit(fill) {
      if (isClosed) return Promise.reject(new DaoyuError('INTAKE_CLOSED', 'intake is closing'));
      if (queuedBytes > maxQueuedBytes) {
        return Promise.reject(new DaoyuError('INTAKE_FULL', `more than ${maxQueuedBytes} bytes wait for the log`));
      }
      const group = open();
      fill(group);
      return filled(group);
    },
    gathering: () => (isClosed || queuedBytes > maxQueuedBytes ? undefined : open()),
    filled: (group) => filled(group as Gathering),
    async close() {
      isClosed = true;
      hasten?.();
      await running;
    },
  };
}

interface Draft {
  readonly subject: string;
  readonly list: ListName;
  readonly items: string[];
  /** Canonical readings, judged already or as texts of their own. */
  readonly readings: (JudgedReading | string)[];
  readonly tallies: Map<string, { -readonly [Key in keyof Counted]: Counted[Key] }>;
  bytes: number;
}

class Gathering implements Group {
  readonly promise: Promise<void>;
  bytes = 0;
  #takenBytes = 0;
  readonly #open = new Map<string, Draft>();
  readonly #sealed: Entry[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #last: (() => void)[] = [];
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor() {
    this.promise = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  add(subject: string, list: ListName, text: string, counted: Counted): void {
    const size = Buffer.byteLength(text);
    const draft = this.#draft(subject, list, size);
    draft.items.push(text);
    if (list === 'readings') draft.readings.push(text);
    draft.bytes += size;
    this.bytes += size;
    addTo(draft, counted);
  }

  count(subject: string, list: ListName, counted: Counted): void {
    addTo(this.#draft(subject, list, 0), counted);
  }

  addEntry(entry: Entry): void {
    this.#sealed.push(entry);
    this.bytes += entry.data.length;
  }

  addReadings(
    subject: string,
    text: string,
    device: { readonly key: string } & DeviceAddress,
    readings: readonly JudgedReading[],
  ): void {
    const draft = this.#draft(subject, 'readings', text.length);
    draft.items.push(text);
    for (const reading of readings) draft.readings.push(reading);
    draft.bytes += text.length;
    this.bytes += text.length;
    const tally = draft.tallies.get(device.key);
    if (tally !== undefined) tally.received += readings.length;
    else {
      const { park, device: id } = device;
      draft.tallies.set(device.key, { park, device: id, received: readings.length, duplicate: 0, quarantined: 0 });
    }
  }

  beforeAppend(call: () => void): void {
    this.#last.push(call);
  }

  onDurable(call: () => void): void {
    this.#waiters.push({ durable: call, failed() {} });
  }

  onSettled(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  /** Bytes that came since this was asked last. */
  takeBytes(): number {
    const more = this.bytes - this.#takenBytes;
    this.#takenBytes = this.bytes;
    return more;
  }

  entries(): readonly Entry[] {
    for (const call of this.#last) call();
    for (const draft of this.#open.values()) this.#sealed.push(toEntry(draft));
    this.#open.clear();
    return this.#sealed;
  }

  succeed(): void {
    for (const waiter of this.#waiters) waiter.durable();
    this.#resolve();
  }

  fail(error: unknown): void {
    for (const waiter of this.#waiters) waiter.failed();
    this.#reject(error);
  }

  #draft(subject: string, list: ListName, size: number): Draft {
    const open = this.#open.get(subject);
    if (open !== undefined && open.bytes + size <= MAX_ENTRY_BYTES) return open;
    if (open !== undefined) this.#sealed.push(toEntry(open));
    const draft: Draft = { subject, list, items: [], readings: [], tallies: new Map(), bytes: 0 };
    this.#open.set(subject, draft);
    return draft;
  }
}

function addTo({ tallies }: Draft, counted: Counted): void {
  const key = deviceKey(counted.park, counted.device);
  const tally = tallies.get(key);
  if (tally === undefined) {
    tallies.set(key, { ...counted });
    return;
  }
  tally.received += counted.received;
  tally.duplicate += counted.duplicate;
  tally.quarantined += counted.quarantined;
}

function toEntry({ subject, list, items, readings, tallies: byDevice }: Draft): Entry {
  const tallies = [...byDevice.values()];
  const data = `{"version":1,"${list}":[${items.join(',')}],"tallies":${JSON.stringify(tallies)}}`;
  let known: LogEntry | undefined;
  if (list !== 'readings') return { subject, data, parsed: () => (known ??= readOwn(data)) };
  const parsed = () => {
    known ??= judgedEntry(readings.map(judgedOf), tallies);
    return known;
  };
  return { subject, data, parsed };
}

/** Store, quarantine and alarms all ask what it says. */
function readOwn(data: string): LogEntry {
  const entry = parseEntry(data);
  if (entry === undefined) throw new Error('an entry of our own cannot be read');
  return entry;
}

const judgedOf = (reading: JudgedReading | string): JudgedReading =>
  typeof reading === 'string' ? (JSON.parse(reading) as Reading) : reading;

/** Objects are made each time they are asked for: hardly anybody asks, and kept they would be most of what the tail of the log holds. */
function judgedEntry(judged: readonly JudgedReading[], tallies: readonly Counted[]): LogEntry {
  return {
    judged,
    get readings() {
      return judged.map(unpacked);
    },
    records: [],
    tallies,
  };
}
