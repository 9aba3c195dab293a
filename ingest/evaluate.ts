/** One raw reading → the values to keep, with the reasons for those withheld and the keys nobody knows. Pure but for the suspicion it is given. */

import type { Rejection } from '../bus/rejection.ts';
import type { Flag } from '../sensors/flag.ts';
import type { Field } from '../sensors/kind.ts';
import type { RawReading } from './decode.ts';
import { derivable, derivedValue } from './derive.ts';
import { eachValue, type KeyMap } from './map.ts';
import type { Suspicion } from './quality-checks.ts';
import { parseTime, timeFlags } from './time.ts';
import { validate } from './validate.ts';

export interface EvaluateContext {
  readonly keyMap: KeyMap;
  readonly receivedAt: number;
  readonly intervalMs: number;
  readonly retainMs?: number | undefined;
}

/** By field. */
export type Flags = Record<string, readonly Flag[]>;

export type Evaluation =
  | { readonly is: 'refused'; readonly reason: Rejection; readonly bad: readonly Rejection[] }
  | {
      readonly is: 'accepted';
      /** Epoch ms; undefined when the device has no clock, so that the time of receipt counts. */
      readonly time: number | undefined;
      readonly seq: number | undefined;
      readonly values: Record<string, number>;
      readonly flags: Flags | undefined;
      /** Fields of `values` that were worked out here. */
      readonly derived: readonly Field[];
      readonly attributes: Record<string, string> | undefined;
      /** Values withheld; their neighbours are kept. */
      readonly bad: readonly Rejection[];
      readonly unknown: readonly string[];
    };

type Accepted = Extract<Evaluation, { readonly is: 'accepted' }>;

const NONE: readonly never[] = [];
const MAX_ATTRIBUTE = 128;
const MAX_NAMED_KEYS = 8;

export function judge(raw: RawReading, context: EvaluateContext): Evaluation {
  const { keyMap, receivedAt } = context;
  const { kind, mapping } = keyMap;
  const { position } = raw;
  const when = parseTime(raw.time, raw.age, {
    receivedAt,
    utcOffsetMinutes: mapping?.utcOffsetMinutes,
    retainMs: context.retainMs,
  });
  if (!when.ok) return { is: 'refused', reason: { ...when.reason, position }, bad: NONE };

  const acceptStrings = raw.isVendors || mapping?.acceptStrings === true;
  const sentinels = mapping?.sentinels;
  const values: Record<string, number> = {};
  let flags: Flags | undefined;
  let attributes: Record<string, string> | undefined;
  let bad: Rejection[] | undefined;
  let unknown: string[] | undefined;
  let count = 0;
  eachValue(raw.values, keyMap.target, (key, given, target) => {
    if (target.is === 'ignored') return;
    if (target.is === 'unknown') {
      if (given !== null) unknown = [...(unknown ?? []), key];
      return;
    }
    if (target.is === 'attribute') {
      if (typeof given !== 'string' && typeof given !== 'number') return;
      attributes = { ...attributes, [target.name]: String(given).slice(0, MAX_ATTRIBUTE) };
      return;
    }
    const { field, scale, offset } = target;
    const verdict = validate(field, given, { scale, offset, sentinels, acceptStrings });
    if (verdict.is === 'absent') return;
    if (verdict.is === 'bad') {
      bad ??= [];
      bad.push({ code: verdict.code, field: field.name, position, message: verdict.message });
      return;
    }
    const twin = values[field.name];
    if (twin === undefined) count++;
    else if (twin !== verdict.value) {
      bad ??= [];
      bad.push(sentTwice(field.name, key, twin, verdict.value, position));
      return;
    }
    values[field.name] = verdict.value;
    if (verdict.is === 'clamped') flags = { ...flags, [field.name]: ['clamped'] };
  });

  if (count === 0) return { is: 'refused', reason: nothingLeft(position, kind.name, bad, unknown), bad: bad ?? NONE };
  const derived = keyMap.derived.length === 0 ? NONE : derivable(keyMap.derived, values);
  for (const field of derived) {
    const value = derivedValue(field, values);
    if (value !== undefined) values[field.name] = value;
  }
  const seq = typeof raw.seq === 'number' && Number.isSafeInteger(raw.seq) ? raw.seq : undefined;
  return {
    is: 'accepted',
    time: when.value,
    seq,
    values,
    flags,
    derived,
    attributes,
    bad: bad ?? NONE,
    unknown: unknown ?? NONE,
  };
}

function sentTwice(field: string, key: string, first: number, second: number, position: number): Rejection {
  const message = `${field} is ${first}, but ${JSON.stringify(key.slice(0, 64))} means the same field and is ${second}: set one to null in the mapping; the first stays`;
  return { code: 'READING_CONFLICT', field, position, message };
}

function nothingLeft(
  position: number,
  kind: string,
  bad: readonly Rejection[] | undefined,
  unknown: readonly string[] | undefined,
): Rejection {
  const [first] = bad ?? [];
  if (first !== undefined) return first;
  if (unknown === undefined) {
    return { code: 'READING_EMPTY', position, message: 'the reading holds no value: send at least one field' };
  }
  return {
    code: 'FIELD_UNKNOWN',
    ...(unknown[0] !== undefined && { field: unknown[0] }),
    position,
    message: `${kind} has no field for ${namesOf(unknown)}: send names of GET /api/v1/kinds, or ask for a mapping`,
  };
}

export function namesOf(keys: readonly string[]): string {
  const shown = keys.slice(0, MAX_NAMED_KEYS).map((key) => JSON.stringify(key.slice(0, 64)));
  return keys.length > shown.length ? `${shown.join(', ')} and ${keys.length - shown.length} more` : shown.join(', ');
}

/** Marks what is doubtful by its time and by what came before; called once the reading is known to be no duplicate. */
export function flagsOf(
  accepted: Accepted,
  time: number,
  { keyMap, receivedAt, intervalMs }: EvaluateContext,
  { suspicion, newest }: { readonly suspicion: Suspicion; readonly newest: number | undefined },
): Flags | undefined {
  let { flags } = accepted;
  const ofTime = accepted.time === undefined ? NONE : timeFlags(time, receivedAt, { newest, intervalMs });
  for (const name of Object.keys(accepted.values)) {
    const field = keyMap.fieldNamed(name);
    const value = accepted.values[name];
    if (field === undefined || value === undefined) continue;
    const doubts = suspicion.flagsOf(field, value, time);
    if (doubts.length === 0 && ofTime.length === 0) continue;
    flags ??= {};
    const earlier = flags[name];
    // A backlog is late in every field: one list will do for all of them.
    flags[name] = earlier === undefined && doubts.length === 0 ? ofTime : [...(earlier ?? NONE), ...doubts, ...ofTime];
  }
  if (flags === undefined) return undefined;
  // What is worked out of a doubtful value is as doubtful.
  for (const { name, derived } of accepted.derived) {
    const inherited = new Set(flags[name]);
    for (const input of derived?.from ?? NONE) for (const flag of flags[input] ?? NONE) inherited.add(flag);
    if (inherited.size > 0) flags[name] = [...inherited];
  }
  return flags;
}
