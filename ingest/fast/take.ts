/**
 * The short way of plain telemetry: a known device, known keys, good numbers, times not seen before. One pass over the bytes, one text and
 * one tally a message. Whatever is not so is declined before anything has changed, and takes the long way, which defines the meaning.
 */
import { type DeviceTopic, subjects } from '../../base/topics.ts';
import type { CreateRecord } from '../../bus/quarantine-record.ts';
import { type Common, PackedReading } from '../../sensors/packed-reading.ts';
import { kept } from '../derive.ts';
import type { DeviceMemory } from '../device-memory.ts';
import type { Group, Waiter } from '../gathering.ts';
import type { GroupCommit } from '../group-commit.ts';
import { timeFlags } from '../time.ts';
import { AsciiText } from './ascii-text.ts';
import { Aside } from './aside.ts';
import { flagsOf, noted, settle, watchesOf } from './flags.ts';
import type { Plan } from './plan.ts';
import { createScanner, type Scan } from './scan.ts';

export interface FastDevice {
  readonly plan: Plan;
  readonly common: Common;
  readonly subject: string;
  readonly intervalMs: number;
}

export interface FastMessage extends DeviceTopic {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
}

export interface FastLane {
  /** Undefined: declined, and nothing has changed. */
  take(message: FastMessage, device: FastDevice, memory: DeviceMemory): Promise<void> | undefined;
}

interface Counts {
  accepted: number;
  values: number;
  unknownValues: number;
}

export interface FastLaneOptions {
  readonly commit: GroupCommit;
  readonly record: CreateRecord;
  readonly retainMs?: number | undefined;
  readonly counts: Counts;
}

/** Texts are handed over in pieces well below what an entry of the log may hold. */
const MAX_TEXT = 64 * 1024;
/** Bytes of a canonical reading beside its head, its values and its flags: two times, a sequence number, and what stands between. */
const MOST_ELSE = 128;

export function createFastLane({ commit, record, retainMs, counts }: FastLaneOptions): FastLane {
  const scanner = createScanner();
  const { found } = scanner;
  /** Of one message at a time. */
  const text = new AsciiText();

  /** Times that rise and that nobody knows: no duplicate, no addition, no conflict. */
  function isNew(memory: DeviceMemory): boolean {
    let before = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < found.count; index++) {
      const time = found.times[index] ?? Number.NaN;
      if (!(time > before) || memory.isKnown(time)) return false;
      before = time;
    }
    return true;
  }

  /** Of a group that is gathering, by device. */
  const asides = new WeakMap<Group, Map<string, Aside>>();

  function asideOf(group: Group, message: FastMessage, { key, park, device, kind }: Common): Aside {
    const ofGroup = asides.get(group) ?? new Map<string, Aside>();
    asides.set(group, ofGroup);
    const open = ofGroup.get(key);
    if (open !== undefined && !open.isFull) return open;
    const aside = new Aside(kind, message);
    ofGroup.set(key, aside);
    const nothing = { park, device, received: 0, duplicate: 0, quarantined: 0 };
    group.beforeAppend(() => group.add(subjects.quarantine(message), 'records', aside.record(record), nothing));
    return aside;
  }

  /** What is kept aside, and doubts, are reported to the device once: by the long way. */
  function isReported(memory: DeviceMemory): boolean {
    for (let index = 0; index < found.reports; index++)
      if (!memory.knowsUnknownKey(found.reported[index] ?? '')) return false;
    return true;
  }

  return {
    take(message, device, memory) {
      const { payload, receivedAt } = message;
      const bytes = Buffer.isBuffer(payload)
        ? payload
        : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      if (!scanner.scan(bytes, device.plan, { receivedAt, retainMs })) return undefined;
      if (!isNew(memory) || !isReported(memory)) return undefined;
      const group = commit.gathering();
      if (group === undefined) return undefined;
      const taken = new Taken(memory, counts);
      write(found, bytes, { message, device, memory, taken, group, text });
      if (found.asides > 0) {
        counts.unknownValues += found.asides;
        asideOf(group, message, device.common).add(found);
      }
      group.onSettled(taken);
      const durable = commit.filled(group);
      taken.pend(durable);
      return durable;
    },
  };
}

/** What of one message waits for the disk. */
class Taken implements Waiter {
  readonly readings: PackedReading[] = [];
  readonly #memory: DeviceMemory;
  readonly #counts: Counts;

  constructor(memory: DeviceMemory, counts: Counts) {
    this.#memory = memory;
    this.#counts = counts;
  }

  pend(durable: Promise<void>): void {
    this.#memory.begin(this.readings, durable);
  }

  durable(): void {
    this.#counts.accepted += this.readings.length;
    for (const { numbers } of this.readings) this.#counts.values += numbers.length;
    this.#memory.end(this.readings, true);
  }

  failed(): void {
    this.#memory.end(this.readings, false);
  }
}

/** Of one reading at a time; copied in one go, in the size it has. */
const numbers: number[] = [];

interface WriteContext {
  readonly message: FastMessage;
  readonly device: FastDevice;
  readonly memory: DeviceMemory;
  readonly taken: Taken;
  readonly group: Group;
  readonly text: AsciiText;
}

/** The canonical texts of all that was found, put together from the digits in the payload and what the plan has ready. */
function write(found: Scan, source: Uint8Array, { message, device, memory, taken, group, text }: WriteContext): void {
  const { receivedAt } = message;
  const { plan, common, subject, intervalMs } = device;
  const received = `,"receivedAt":${receivedAt}`;
  const isAlone = found.count === 1;
  text.clear();
  let count = 0;
  let offset = 0;
  for (let index = 0; index < found.count; index++) {
    const layout = found.layouts[index];
    const time = found.times[index];
    if (layout === undefined || time === undefined) break;
    const { texts } = layout;
    const ofTime = timeFlags(time, receivedAt, { newest: isAlone ? memory.newest : undefined, intervalMs });
    const watches = watchesOf(layout, memory);
    let size = 0;
    let { names } = layout;
    const sent = found.seqs[index] ?? Number.NaN;
    const seq = Number.isNaN(sent) ? undefined : sent;
    text.reserve(plan.head.length + received.length + layout.mostBytes + MOST_ELSE);
    if (count > 0) text.add(',');
    text.addBytes(plan.head, 0, plan.head.length);
    text.add(String(time));
    text.add(received);
    text.add(seq === undefined ? ',"values":{' : `,"seq":${seq},"values":{`);
    let doubts: number[] | undefined;
    const width = layout.fields.length;
    for (let place = 0; place < width; place++) {
      const value = found.values[offset + place] ?? Number.NaN;
      const from = found.from[offset + place] ?? -1;
      const name = texts[place];
      if (name !== undefined) text.addBytes(name, 0, name.length);
      if (from < 0) text.add(String(value));
      else text.addBytes(source, from, found.to[offset + place] ?? from);
      numbers[size++] = value;
      doubts = noted(doubts, place, watches[place]?.doubts(value, time) ?? 0);
    }
    offset += width;
    for (let extra = 0; extra < layout.derivations.length; extra++) {
      const derivation = layout.derivations[extra];
      if (derivation === undefined) break;
      const { field, of, round } = derivation;
      const value = kept(field, of(numbers), round);
      if (value === undefined) {
        names = names.filter((name) => name !== field.name);
        continue;
      }
      const name = texts[width + extra];
      if (name !== undefined) text.addBytes(name, 0, name.length);
      text.add(String(value));
      doubts = noted(doubts, size, watches[width + extra]?.doubts(value, time) ?? 0);
      numbers[size++] = value;
    }
    if (memory.newest === undefined || time > memory.newest) memory.newest = time;
    if (doubts !== undefined) settle(doubts, { layout, watches, names, numbers, time });
    const doubtful = flagsOf(layout, names, doubts, ofTime);
    if (doubtful === undefined) text.add('}}');
    else {
      text.reserve(doubtful.text.length + MOST_ELSE);
      text.add(`},"flags":${doubtful.text}}`);
    }
    count += 1;
    taken.readings.push(
      new PackedReading(common, time, receivedAt, seq, names, numbers.slice(0, size), doubtful?.flags),
    );
    if (text.length < MAX_TEXT && index + 1 < found.count) continue;
    group.addReadings(
      subject,
      text.toString(),
      common,
      count === found.count ? taken.readings : taken.readings.slice(-count),
    );
    text.clear();
    count = 0;
  }
}
