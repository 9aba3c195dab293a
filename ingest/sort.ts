/** Sorts the raw readings of one message into accepted, duplicate and refused; every one of them becomes exactly one of the three. */
import type { Reading } from '../sensors/reading.ts';
import type { DeviceTopic } from '../topics.ts';
import type { RawReading } from './decode.ts';
import { compare, type DeviceMemory, type Values } from './device-memory.ts';
import { type Flags, flagsOf, type JudgeContext, type Judgement, judge, namesOf } from './judge.ts';
import type { KeyMap } from './map.ts';
import { type CreateRecord, readingPayload } from './quarantine-record.ts';
import type { Device } from './registry.ts';
import type { Rejection, RejectionScope } from './rejection.ts';

export interface SortContext {
  readonly message: DeviceTopic & { readonly topic: string; readonly receivedAt: number; readonly isResend: boolean };
  readonly device: Pick<Device, 'site' | 'kind'>;
  readonly keyMap: KeyMap;
  readonly intervalMs: number;
  readonly retainMs?: number | undefined;
  readonly memory: DeviceMemory;
  readonly record: CreateRecord;
}

export interface Sorted {
  /** JSON texts of canonical readings. */
  readonly readings: readonly string[];
  readonly duplicate: number;
  /** Readings refused whole; their records count in the tally, those of single values do not. */
  readonly quarantined: number;
  readonly records: readonly { readonly text: string; readonly counted: 0 | 1 }[];
  readonly reasons: readonly Rejection[];
  /** Values left out because their key was reported before. */
  readonly unknownValues: number;
  /** To be called once all of it is durable. */
  remember(): void;
  /** The promise to give to the broker: that of the message, and those of earlier messages that it repeats. */
  untilDurable(durable: Promise<void>): Promise<void>;
}

type Accepted = Extract<Judgement, { readonly is: 'accepted' }>;

/** Runs without waiting: the order of a device's messages is kept by it. */
export function sortReadings(raws: readonly RawReading[], context: SortContext): Sorted {
  const { message, memory, keyMap, intervalMs, retainMs } = context;
  const { receivedAt } = message;
  const judging: JudgeContext = { keyMap, receivedAt, intervalMs, retainMs };
  const readings: string[] = [];
  const records: { text: string; counted: 0 | 1 }[] = [];
  const reasons: Rejection[] = [];
  /** Times of this message, for repeats within it; a message of one reading needs none. */
  const own = new Map<number, Values>();
  const untimed: string[] = [];
  const earlier: Promise<void>[] = [];
  let reported: string[] = [];
  let duplicate = 0;
  let quarantined = 0;
  let unknownValues = 0;

  function quarantine(scope: RejectionScope, reason: Rejection, raw: RawReading, assigned?: number): void {
    const text = JSON.stringify(context.record(message, scope, reason, readingPayload(raw, assigned)));
    records.push({ text, counted: scope === 'reading' ? 1 : 0 });
    if (scope === 'reading') quarantined += 1;
  }

  function refuse(raw: RawReading, reason: Rejection, bad: readonly Rejection[]): void {
    quarantine('reading', reason, raw);
    reasons.push(...(bad.length > 0 ? bad : [reason]));
  }

  function isRepeatOfUntimed(content: string): boolean {
    if (!message.isResend) return false;
    const pending = memory.pendingUntimed.get(content);
    if (pending !== undefined) earlier.push(pending);
    return pending !== undefined || memory.hasUntimed(content, receivedAt);
  }

  function take(raw: RawReading, accepted: Accepted): void {
    const isClockless = raw.time === undefined || raw.time === null;
    const content = isClockless ? contentOf(raw, accepted) : undefined;
    if (content !== undefined && isRepeatOfUntimed(content)) {
      duplicate += 1;
      return;
    }
    const time = accepted.time ?? memory.assignTime(receivedAt);
    const before = own.get(time) ?? memory.recentAt(time);
    const comparison = before === undefined ? undefined : compare(before, accepted.values);
    if (comparison !== undefined && comparison.added.length + comparison.conflicting.length === 0) {
      duplicate += 1;
      return;
    }
    const conflicts = (comparison?.conflicting ?? []).map((field) => conflict(field, raw.position, before, accepted));
    const [first] = conflicts;
    if (first !== undefined && comparison?.added.length === 0) {
      refuse(raw, first, conflicts);
      return;
    }
    for (const reason of conflicts) delete accepted.values[reason.field];
    for (const reason of [...accepted.bad, ...conflicts]) {
      quarantine('field', reason, raw, time);
      reasons.push(reason);
    }
    reportUnknown(raw, accepted.unknown, time);
    const newest = raws.length === 1 ? memory.newest : undefined;
    const flags = flagsOf(accepted, time, judging, { suspicion: memory.suspicion, newest });
    if (memory.newest === undefined || time > memory.newest) memory.newest = time;
    own.set(time, before === undefined ? accepted.values : { ...accepted.values, ...before });
    if (content !== undefined) untimed.push(content);
    readings.push(textOf(time, accepted, flags, context));
  }

  function reportUnknown(raw: RawReading, keys: readonly string[], time: number): void {
    if (keys.length === 0) return;
    const fresh = memory.newUnknownKeys(keys).filter((key) => !reported.includes(key));
    unknownValues += keys.length - fresh.length;
    const [first] = fresh;
    if (first === undefined) return;
    reported = [...reported, ...fresh];
    const reason: Rejection = {
      code: 'FIELD_UNKNOWN',
      field: first,
      position: raw.position,
      message: `${keyMap.kind.name} has no field for ${namesOf(fresh)}: the other values were taken; told once a key, ask for a mapping`,
    };
    quarantine('field', reason, raw, time);
    reasons.push(reason);
  }

  for (const raw of raws) {
    const judgement = judge(raw, judging);
    if (judgement.is === 'refused') refuse(raw, judgement.reason, judgement.bad);
    else take(raw, judgement);
  }

  return {
    readings,
    duplicate,
    quarantined,
    records,
    reasons,
    unknownValues,
    remember() {
      for (const [time, values] of own) memory.remember(time, values);
      for (const content of untimed) memory.rememberUntimed(content, receivedAt);
      memory.rememberUnknownKeys(reported);
    },
    untilDurable(durable) {
      if (untimed.length > 0) keepPending(memory, untimed, durable);
      if (earlier.length === 0) return durable;
      return Promise.all([durable, ...earlier]).then(() => undefined);
    },
  };
}

/** A resend may arrive while the first is still on its way to the disk: then it waits for that one. */
function keepPending(memory: DeviceMemory, contents: readonly string[], durable: Promise<void>): void {
  for (const content of contents) memory.pendingUntimed.set(content, durable);
  const done = () => {
    for (const content of contents) {
      if (memory.pendingUntimed.get(content) === durable) memory.pendingUntimed.delete(content);
    }
  };
  durable.then(done, done);
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

/** The canonical reading as JSON, which leaves out what is undefined. */
function textOf(
  time: number,
  { values, seq, attributes }: Accepted,
  flags: Flags | undefined,
  { message, device }: SortContext,
): string {
  const reading: { readonly [Key in keyof Reading]-?: Reading[Key] | undefined } = {
    park: message.park,
    site: device.site,
    device: message.device,
    kind: device.kind,
    time,
    receivedAt: message.receivedAt,
    seq,
    values,
    flags,
    attributes,
  };
  return JSON.stringify(reading);
}
