/** What intake remembers of a device between its messages, all of it bounded and all of it dispensable: after a restart the store still keeps each reading once. */
import { deviceKey } from '../base/keys.ts';
import { type Counters, createCounters } from './counters.ts';
import { createDecoderMemory, type DecoderMemory } from './decoders/decoder-memory.ts';
import { createQualityChecks, type Suspicion } from './quality-checks.ts';

/** A device resends its last packets, not its history: older repeats are found by the store. */
const MAX_RECENT = 128;
const MAX_UNTIMED = 64;
/** A backlog of a node without a clock is resent as a whole. */
const MAX_AGED = 1024;
const MAX_UNKNOWN_KEYS = 200;
const UNTIMED_MS = 10 * 60_000;
const MAX_DEVICES = 20_000;

export type Values = Readonly<Record<string, number>>;

/** Of the short way, unpacked only when somebody asks what was said of a time. */
interface Packed {
  readonly time: number;
  values(): Values;
}

/** Readings of one message, in rising order of time. */
type Message = readonly Packed[];

interface Pending {
  readonly values: Values | Packed;
  readonly durable: Promise<void>;
}

export interface Comparison {
  /** Fields that were not there at this time. */
  readonly added: readonly string[];
  /** Fields that were there with another value. */
  readonly conflicting: readonly string[];
}

/** A later word on the same time: nothing added and nothing conflicting is a duplicate. */
export function compare(earlier: Values, values: Values): Comparison {
  const names = Object.keys(values);
  return {
    added: names.filter((name) => earlier[name] === undefined),
    conflicting: names.filter((name) => earlier[name] !== undefined && earlier[name] !== values[name]),
  };
}

/** Under which a note is remembered as reported, beside unknown keys. */
export const noteKey = (code: string, field: string) => `note of ${code} ${field}`;

export class DeviceMemory {
  readonly suspicion: Suspicion = createQualityChecks();
  readonly counters: Counters = createCounters();
  readonly decoders: DecoderMemory = createDecoderMemory();
  /** Newest measured time taken in, epoch ms. */
  newest: number | undefined;
  readonly #pending = new Map<number, Pending>();
  /** Messages of the short way on their way to the disk, in order. */
  readonly #underWay: { readonly message: Message; readonly durable: Promise<void> }[] = [];
  readonly #pendingUntimed = new Map<string, Promise<void>>();
  readonly #recent = new Map<number, Values>();
  /** The last ones of the short way: a ring, overwritten from the oldest on. */
  readonly #packed: Packed[] = [];
  #oldest = 0;
  readonly #untimed = new Map<string, number>();
  /** Content and time of readings sent with an age. */
  readonly #aged = new Map<string, { readonly content: string; readonly time: number }>();
  readonly #unknownKeys = new Set<string>();
  #lastAssigned = 0;
  readonly #stored: (time: number) => Values | undefined;

  /** `stored`: what else is known to be durable of a time. */
  constructor(stored: (time: number) => Values | undefined = () => undefined) {
    this.#stored = stored;
  }

  /** What is known of a time: durable, or on its way to the disk. Who relies on the latter waits for it. */
  knownAt(time: number): { readonly values: Values; readonly durable?: Promise<void> } | undefined {
    const recent = this.#recentAt(time) ?? this.#stored(time);
    const pending = this.#pendingAt(time);
    if (pending === undefined) return recent && { values: recent };
    return { durable: pending.durable, values: { ...unpacked(pending.values), ...recent } };
  }

  isKnown(time: number): boolean {
    // Nothing that was taken is newer than the newest.
    if (this.newest === undefined || time > this.newest) return false;
    if (this.#recent.has(time) || this.#pending.has(time)) return true;
    return this.#packed.some((reading) => reading.time === time) || this.#underWayAt(time) !== undefined;
  }

  /** On its way to the disk, until `end`. Its times are not known. */
  begin(message: Message, durable: Promise<void>): void {
    this.#underWay.push({ message, durable });
  }

  /** What was added to it meanwhile stays. */
  end(message: Message, isDurable: boolean): void {
    const place = this.#underWay.findIndex((each) => each.message === message);
    if (place >= 0) this.#underWay.splice(place, 1);
    if (isDurable) for (const reading of message) this.#rememberPacked(reading);
  }

  #recentAt(time: number): Values | undefined {
    return this.#recent.get(time) ?? this.#packed.find((reading) => reading.time === time)?.values();
  }

  #pendingAt(time: number): Pending | undefined {
    return this.#pending.get(time) ?? this.#underWayAt(time);
  }

  #underWayAt(time: number): Pending | undefined {
    for (const { message, durable } of this.#underWay) {
      const values = readingAt(message, time);
      if (values !== undefined) return { values, durable };
    }
    return undefined;
  }

  /** The first of a reading without a clock, while that is on its way to the disk. */
  pendingUntimed(content: string): Promise<void> | undefined {
    return this.#pendingUntimed.get(content);
  }

  /** Until they are durable, or refused by the log: a repeat may arrive sooner. `durable` waits for what was pending at the same times, too. */
  keepPending(times: ReadonlyMap<number, Values>, contents: readonly string[], durable: Promise<void>): void {
    for (const [time, values] of times) {
      const earlier = this.#pendingAt(time);
      this.#pending.set(time, { values: { ...values, ...unpacked(earlier?.values) }, durable });
    }
    for (const content of contents) this.#pendingUntimed.set(content, durable);
    const done = () => {
      for (const time of times.keys()) if (this.#pending.get(time)?.durable === durable) this.#pending.delete(time);
      for (const content of contents) {
        if (this.#pendingUntimed.get(content) === durable) this.#pendingUntimed.delete(content);
      }
    };
    durable.then(done, done);
  }

  /** Only what is durable may be remembered: a duplicate of a lost reading would be lost with it. */
  remember(time: number, values: Values): void {
    const earlier = this.#recentAt(time);
    this.#recent.set(time, earlier === undefined ? values : { ...values, ...earlier });
    if (this.#recent.size > MAX_RECENT) dropOldest(this.#recent);
  }

  #rememberPacked(reading: Packed): void {
    if (this.#recent.has(reading.time)) return this.remember(reading.time, reading.values());
    if (this.#packed.length < MAX_RECENT) this.#packed.push(reading);
    else {
      this.#packed[this.#oldest] = reading;
      this.#oldest = (this.#oldest + 1) % MAX_RECENT;
    }
  }

  /** Two readings received in one millisecond are still two: the second is put a millisecond later. */
  assignTime(receivedAt: number): number {
    this.#lastAssigned = Math.max(receivedAt, this.#lastAssigned + 1);
    return this.#lastAssigned;
  }

  hasUntimed(content: string, now: number): boolean {
    const at = this.#untimed.get(content);
    return at !== undefined && now - at <= UNTIMED_MS;
  }

  rememberUntimed(content: string, now: number): void {
    this.#untimed.delete(content);
    this.#untimed.set(content, now);
    if (this.#untimed.size > MAX_UNTIMED) dropOldest(this.#untimed);
  }

  /** The time of the reading of the same content that lies nearest, if one lies near enough. */
  agedNear(content: string, time: number, toleranceMs: number): number | undefined {
    let nearest: number | undefined;
    for (const known of this.#aged.values()) {
      if (known.content !== content || Math.abs(known.time - time) > toleranceMs) continue;
      if (nearest === undefined || Math.abs(known.time - time) < Math.abs(nearest - time)) nearest = known.time;
    }
    return nearest;
  }

  rememberAged(content: string, time: number): void {
    this.#aged.set(`${time}|${content}`, { content, time });
    if (this.#aged.size > MAX_AGED) dropOldest(this.#aged);
  }

  /** Keys not reported before; none once a device has invented too many. */
  newUnknownKeys(keys: readonly string[]): readonly string[] {
    if (this.#unknownKeys.size >= MAX_UNKNOWN_KEYS) return [];
    return keys.filter((key) => !this.#unknownKeys.has(key));
  }

  /** Reported already. */
  knowsUnknownKey(key: string): boolean {
    return this.#unknownKeys.has(key);
  }

  rememberUnknownKeys(keys: readonly string[]): void {
    for (const key of keys) if (this.#unknownKeys.size < MAX_UNKNOWN_KEYS) this.#unknownKeys.add(key);
  }

  forgetUnknownKeys(keys: Iterable<string> = [...this.#unknownKeys]): void {
    for (const key of keys) this.#unknownKeys.delete(key);
  }
}

/** By halves. */
function readingAt(message: Message, time: number): Packed | undefined {
  let [from, to] = [0, message.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const reading = message[middle];
    if (reading === undefined || reading.time === time) return reading;
    if (reading.time < time) from = middle + 1;
    else to = middle;
  }
  return undefined;
}

function unpacked<T extends Values | undefined>(values: T | Packed): T | Values {
  return typeof values?.values === 'function' ? values.values() : (values as T);
}

/** The memories of all devices; beyond the bound those that came first are forgotten. */
export function createDeviceMemories(): (park: string, device: string) => DeviceMemory {
  const memories = new Map<string, DeviceMemory>();
  return (park, device) => {
    const key = deviceKey(park, device);
    const known = memories.get(key);
    if (known !== undefined) return known;
    const memory = new DeviceMemory();
    memories.set(key, memory);
    if (memories.size > MAX_DEVICES) dropOldest(memories);
    return memory;
  };
}

function dropOldest<K>(map: Map<K, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
