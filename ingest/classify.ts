/** Classifies the raw readings of one message: each is accepted, a duplicate or refused. */

import type { DeviceTopic } from '../base/topics.ts';
import type { CreateRecord } from '../bus/quarantine-record.ts';
import type { Rejection, RejectionScope } from '../bus/rejection.ts';
import type { Device } from '../registry/registry.ts';
import type { Reading } from '../sensors/reading.ts';
import { afterAll } from './after-all.ts';
import type { RawReading } from './decode.ts';
import { compare, type DeviceMemory, noteKey, type Values } from './device-memory.ts';
import { type EvaluateContext, type Evaluation, evaluate, type Flags, flagsOf, type Note } from './evaluate.ts';
import type { KeyMap } from './map.ts';
import { readingPayload } from './reading-payload.ts';
import { createUnplaced } from './unplaced.ts';

export interface ClassifyContext {
  readonly message: DeviceTopic & {
    readonly topic: string;
    readonly receivedAt: number;
    readonly isResend: boolean;
    /** Retained by another broker for an unknown time: the time of receipt says nothing about the time of measurement. */
    readonly isRetained?: boolean;
    /** The same receipt stands for the same message. */
    readonly isOnce?: boolean;
  };
  readonly device: Pick<Device, 'site' | 'kind'>;
  readonly keyMap: KeyMap;
  readonly intervalMs: number;
  readonly retainMs?: number | undefined;
  readonly memory: DeviceMemory;
  readonly record: CreateRecord;
}

export interface Classified {
  /** JSON texts of canonical readings. */
  readonly readings: readonly string[];
  /** The same as objects. */
  readonly objects: readonly Reading[];
  readonly duplicate: number;
  /** Readings refused as a whole; their records count in the tally, records of single values do not. */
  readonly quarantined: number;
  readonly records: readonly { readonly text: string; readonly counted: 0 | 1; readonly isUnplaced?: true }[];
  /** Published to the device. */
  readonly reasons: readonly Rejection[];
  /** Of the accepted readings. */
  readonly values: number;
  /** Values that belong to no field; all of them are in quarantine. */
  readonly unknownValues: number;
  /** Call once everything is durable. */
  remember(): void;
  /** The promise for the broker: waits for this message and for pending earlier messages that it repeats. */
  untilDurable(durable: Promise<void>): Promise<void>;
}

type Accepted = Extract<Evaluation, { readonly is: 'accepted' }>;

/** Synchronous, so that the messages of a device keep their order. */
export function classifyReadings(raws: readonly RawReading[], context: ClassifyContext): Classified {
  const classification = new Classification(context);
  const isAlone = raws.length === 1;
  for (const raw of raws) classification.add(raw, isAlone);
  classification.keepUnplaced();
  return classification;
}

/** Holds no more than the results: thousands of these wait for the disk at a time. */
class Classification implements Classified {
  readonly readings: string[] = [];
  readonly objects: Reading[] = [];
  readonly records: { text: string; counted: 0 | 1; isUnplaced?: true }[] = [];
  readonly reasons: Rejection[] = [];
  duplicate = 0;
  quarantined = 0;
  values = 0;
  readonly #context: ClassifyContext;
  readonly #evaluating: EvaluateContext;
  /** Accepted values of this message by time, without those of earlier messages, whose append may still fail. */
  readonly #own = new Map<number, Values>();
  readonly #untimed: string[] = [];
  readonly #aged: { readonly content: string; readonly time: number }[] = [];
  readonly #unplaced = createUnplaced();
  /** Pending appends of earlier messages that this one repeats or adds to. */
  readonly #earlier = new Set<Promise<void>>();
  #reported: readonly string[] = [];

  constructor(context: ClassifyContext) {
    const { keyMap, intervalMs, retainMs, message } = context;
    this.#context = context;
    const { counters } = context.memory;
    this.#evaluating = { keyMap, receivedAt: message.receivedAt, intervalMs, retainMs, counters };
  }

  /** `isAlone`: the only reading of its message; in a backlog, a step back in time means nothing. */
  add(raw: RawReading, isAlone: boolean): void {
    const evaluation = evaluate(raw, this.#evaluating);
    if (evaluation.is === 'refused') this.#refuse(raw, evaluation.reason, evaluation.bad);
    else this.#take(raw, evaluation, isAlone);
  }

  get unknownValues(): number {
    return this.#unplaced.count;
  }

  /** Last step: one record for all unplaced values of the message. */
  keepUnplaced(): void {
    const { memory, message, record, keyMap } = this.#context;
    for (const { content, time } of this.#aged) memory.rememberAged(content, time);
    const kept = this.#unplaced.finish(keyMap.kind.name, (keys) => memory.newUnknownKeys(keys));
    if (kept === undefined) return;
    const text = JSON.stringify(record(message, 'field', kept.reason, kept.payload));
    this.records.push({ text, counted: 0, isUnplaced: true });
    if (kept.fresh.length === 0) return;
    memory.rememberUnknownKeys(kept.fresh);
    this.#reported = [...this.#reported, ...kept.fresh];
    this.reasons.push(...kept.told);
  }

  remember(): void {
    const { memory, message } = this.#context;
    for (const [time, values] of this.#own) memory.remember(time, values);
    for (const content of this.#untimed) memory.rememberUntimed(content, message.receivedAt);
  }

  untilDurable(durable: Promise<void>): Promise<void> {
    const { memory } = this.#context;
    if (this.#reported.length > 0) durable.catch(() => memory.forgetUnknownKeys(this.#reported));
    const all = this.#earlier.size === 0 ? durable : afterAll([durable, ...this.#earlier]);
    if (this.#own.size > 0) memory.keepPending(this.#own, this.#untimed, all);
    return all;
  }

  #take(raw: RawReading, accepted: Accepted, isAlone: boolean): void {
    const { memory, message } = this.#context;
    const isClockless = raw.time === undefined || raw.time === null;
    if (isClockless && message.isRetained === true) {
      this.#refuse(raw, { ...RETAINED, position: raw.position }, []);
      return;
    }
    const content = isClockless ? contentOf(raw, accepted) : undefined;
    if (content !== undefined && this.#isRepeatOfUntimed(content)) {
      this.duplicate += 1;
      return;
    }
    const time = this.#timeOf(accepted, isClockless, raw.position);
    const own = this.#own.get(time);
    const before = joined(own, this.#earlierAt(time));
    const comparison = before === undefined ? undefined : compare(before, accepted.values);
    if (comparison !== undefined && comparison.added.length + comparison.conflicting.length === 0) {
      this.duplicate += 1;
      return;
    }
    const conflicts = (comparison?.conflicting ?? []).map((field) => conflict(field, raw.position, before, accepted));
    const [first] = conflicts;
    if (first !== undefined && comparison?.added.length === 0) {
      this.#refuse(raw, first, conflicts);
      return;
    }
    for (const reason of conflicts) delete accepted.values[reason.field];
    this.#note(accepted.notes);
    for (const reason of [...accepted.bad, ...conflicts]) {
      this.#quarantine('field', reason, raw, time);
      this.reasons.push(reason);
    }
    this.#unplaced.add(raw, accepted.unplaced, time);
    const newest = isAlone ? memory.newest : undefined;
    const flags = flagsOf(accepted, time, this.#evaluating, { suspicion: memory.suspicion, newest });
    if (memory.newest === undefined || time > memory.newest) memory.newest = time;
    this.#own.set(time, own === undefined ? accepted.values : { ...accepted.values, ...own });
    if (content !== undefined) this.#untimed.push(content);
    const reading = readingOf(time, accepted, flags, this.#context);
    this.objects.push(reading);
    this.readings.push(JSON.stringify(reading));
    this.values += Object.keys(accepted.values).length;
  }

  /** A node without a clock resends a reading with a larger `age`; both mean the same time. */
  #timeOf(accepted: Accepted, isClockless: boolean, position: number): number {
    const { memory, message, intervalMs } = this.#context;
    if (accepted.time === undefined && message.isOnce === true) return message.receivedAt + position;
    if (accepted.time === undefined) return memory.assignTime(message.receivedAt);
    if (!isClockless) return accepted.time;
    const content = `${accepted.seq ?? ''}|${JSON.stringify(accepted.values)}`;
    const tolerance =
      accepted.seq === undefined ? Math.min(AGE_TOLERANCE_MS, intervalMs / 2) : AGE_WITH_SEQ_TOLERANCE_MS;
    const time = memory.agedNear(content, accepted.time, tolerance) ?? accepted.time;
    this.#aged.push({ content, time });
    return time;
  }

  #note(notes: readonly Note[]): void {
    const { memory } = this.#context;
    for (const note of notes) {
      const key = noteKey(note.code, note.field);
      if (memory.newUnknownKeys([key]).length === 0) continue;
      memory.rememberUnknownKeys([key]);
      this.#reported = [...this.#reported, key];
      this.reasons.push(note);
    }
  }

  #refuse(raw: RawReading, reason: Rejection, bad: readonly Rejection[]): void {
    this.#quarantine('reading', reason, raw);
    this.reasons.push(...(bad.length > 0 ? bad : [reason]));
  }

  #quarantine(scope: RejectionScope, reason: Rejection, raw: RawReading, assigned?: number): void {
    const { record, message } = this.#context;
    const text = JSON.stringify(record(message, scope, reason, readingPayload(raw, assigned)));
    this.records.push({ text, counted: scope === 'reading' ? 1 : 0 });
    if (scope === 'reading') this.quarantined += 1;
  }

  #earlierAt(time: number): Values | undefined {
    const known = this.#context.memory.knownAt(time);
    if (known?.durable !== undefined) this.#earlier.add(known.durable);
    return known?.values;
  }

  #isRepeatOfUntimed(content: string): boolean {
    const { memory, message } = this.#context;
    if (!message.isResend) return false;
    const pending = memory.pendingUntimed(content);
    if (pending !== undefined) this.#earlier.add(pending);
    return pending !== undefined || memory.hasUntimed(content, message.receivedAt);
  }
}

/** Two messages about the same moment differ by the resolution of the node's clock, 1 s, and by network delay. */
const AGE_TOLERANCE_MS = 10_000;
const AGE_WITH_SEQ_TOLERANCE_MS = 60_000;

const RETAINED: Rejection = {
  code: 'TIME_OF_RETAINED_UNKNOWN',
  message: 'a retained message without a time has an unknown age: send a time, or publish without retain',
};

function joined(own: Values | undefined, earlier: Values | undefined): Values | undefined {
  return own === undefined || earlier === undefined ? (own ?? earlier) : { ...own, ...earlier };
}

function contentOf(raw: RawReading, { values, seq }: Accepted): string {
  return `${seq ?? ''}|${typeof raw.age === 'number' ? raw.age : ''}|${JSON.stringify(values)}`;
}

function conflict(
  field: string,
  position: number,
  before: Values | undefined,
  { values }: Accepted,
): Rejection & { readonly field: string } {
  return {
    code: 'READING_CONFLICT',
    field,
    position,
    message: `${field} is ${values[field]}, but ${before?.[field]} was received for the same time: one time, one value; the first stays`,
  };
}

/** The canonical reading. */
function readingOf(
  time: number,
  { values, seq, attributes }: Accepted,
  flags: Flags | undefined,
  { message, device }: ClassifyContext,
): Reading {
  return {
    park: message.park,
    site: device.site,
    device: message.device,
    kind: device.kind,
    time,
    receivedAt: message.receivedAt,
    ...(seq !== undefined && { seq }),
    values,
    ...(flags !== undefined && { flags }),
    ...(attributes !== undefined && { attributes }),
  };
}
