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

export class DeviceMemory {
  readonly suspicion: Suspicion = createQualityChecks();
  readonly counters: Counters = createCounters();
  readonly decoders: DecoderMemory = createDecoderMemory();
  /** Newest measured time taken in, epoch ms. */
  newest: number | undefined;
  readonly #pending = new Map<number, Pending>();
  readonly #pendingUntimed = new Map<string, Promise<void>>();
  readonly #recent = new Map<number, Values | Packed>();
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
    const recent = unpacked(this.#recent.get(time)) ?? this.#stored(time);
    const pending = this.#pending.get(time);
    if (pending === undefined) return recent && { values: recent };
    return { durable: pending.durable, values: { ...unpacked(pending.values), ...recent } };
  }

  isKnown(time: number): boolean {
    // Nothing that was taken is newer than the newest.
    if (this.newest === undefined || time > this.newest) return false;
    return this.#recent.has(time) || this.#pending.has(time);
  }

  /** On its way to the disk, until `unpend`. Its time is not known. */
  pend(reading: Packed, durable: Promise<void>): void {
    this.#pending.set(reading.time, { values: reading, durable });
  }

  /** What was added to it meanwhile stays. */
  unpend(reading: Packed): void {
    if (this.#pending.get(reading.time)?.values === reading) this.#pending.delete(reading.time);
  }

  /** The first of a reading without a clock, while that is on its way to the disk. */
  pendingUntimed(content: string): Promise<void> | undefined {
    return this.#pendingUntimed.get(content);
  }

  /** Until they are durable, or refused by the log: a repeat may arrive sooner. `durable` waits for what was pending at the same times, too. */
  keepPending(times: ReadonlyMap<number, Values>, contents: readonly string[], durable: Promise<void>): void {
    for (const [time, values] of times) {
      const earlier = this.#pending.get(time);
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
    const earlier = unpacked(this.#recent.get(time));
    this.#keep(time, earlier === undefined ? values : { ...values, ...earlier });
  }

  rememberPacked(reading: Packed): void {
    if (this.#recent.has(reading.time)) this.remember(reading.time, reading.values());
    else this.#keep(reading.time, reading);
  }

  #keep(time: number, values: Values | Packed): void {
    this.#recent.set(time, values);
    if (this.#recent.size > MAX_RECENT) dropOldest(this.#recent);
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

  rememberUnknownKeys(keys: readonly string[]): void {
    for (const key of keys) if (this.#unknownKeys.size < MAX_UNKNOWN_KEYS) this.#unknownKeys.add(key);
  }

  forgetUnknownKeys(keys: Iterable<string> = [...this.#unknownKeys]): void {
    for (const key of keys) this.#unknownKeys.delete(key);
  }
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
