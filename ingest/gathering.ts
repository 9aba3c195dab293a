/** What concurrent publishes put on the log in one append: gathered by subject, one entry a subject, told together when it is durable. */
import { deviceKey } from '../base/keys.ts';
import type { DeviceAddress } from '../base/topics.ts';
import type { Entry } from '../bus/bus.ts';
import { type LogEntry, parseEntry } from '../bus/parse-event.ts';
import { type JudgedReading, unpacked } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';

/** NATS refuses messages above 1 MB; half of it leaves room for its headers and for our envelope. */
const MAX_ENTRY_BYTES = 512 * 1024;
export type ListName = 'readings' | 'records';

/** What one message puts on the log; all of it in one append, so all or nothing. */
export interface Group {
  /** An item of an entry's list as JSON text, with what it adds to the device's tally in the same entry. */
  add(subject: string, list: ListName, text: string, counted: Tally): void;
  /** A tally without an item: duplicates. */
  count(subject: string, list: ListName, counted: Tally): void;
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

interface Draft {
  readonly subject: string;
  readonly list: ListName;
  readonly items: string[];
  /** Canonical readings, judged already or as texts of their own. */
  readonly readings: (JudgedReading | string)[];
  readonly tallies: Map<string, { -readonly [Key in keyof Tally]: Tally[Key] }>;
  bytes: number;
}

export class Gathering implements Group {
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

  add(subject: string, list: ListName, text: string, counted: Tally): void {
    const size = Buffer.byteLength(text);
    const draft = this.#draft(subject, list, size);
    draft.items.push(text);
    if (list === 'readings') draft.readings.push(text);
    draft.bytes += size;
    this.bytes += size;
    addTo(draft, counted);
  }

  count(subject: string, list: ListName, counted: Tally): void {
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

function addTo({ tallies }: Draft, counted: Tally): void {
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
function judgedEntry(judged: readonly JudgedReading[], tallies: readonly Tally[]): LogEntry {
  return {
    judged,
    get readings() {
      return judged.map(unpacked);
    },
    records: [],
    tallies,
  };
}
