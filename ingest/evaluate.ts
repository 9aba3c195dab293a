/** One raw reading → the values to keep, with the reasons for those withheld and the keys nobody knows. Pure but for the memories it is given. */

import type { Rejection } from '../bus/rejection.ts';
import type { Flag } from '../sensors/flag.ts';
import type { Field } from '../sensors/kind.ts';
import { conversion } from '../sensors/units.ts';
import type { Counters } from './counters.ts';
import type { RawReading } from './decode.ts';
import { derivable, derivedValue } from './derive.ts';
import { eachValue, type KeyMap, type Target } from './map.ts';
import { judgeOpen } from './open-alias.ts';
import { flagsOfDoubts, isStarting, type Suspicion, UNSETTLED, type Watch } from './quality-checks.ts';
import { isGuessedLocal, parseTime, type TimeContext, timeFlags } from './time.ts';
import { validate } from './validate.ts';

export interface EvaluateContext {
  readonly keyMap: KeyMap;
  readonly receivedAt: number;
  readonly intervalMs: number;
  readonly retainMs?: number | undefined;
  /** Of the device's running totals. */
  readonly counters?: Counters | undefined;
}

/** By field. */
export type Flags = Record<string, readonly Flag[]>;

/** A value that no field takes: kept in quarantine, so that a mapping made later recovers it. */
export interface Unplaced {
  readonly key: string;
  readonly value: unknown;
  readonly code: 'FIELD_UNKNOWN' | 'FIELD_AMBIGUOUS';
  readonly message?: string;
}

/** Told once a device, while what it is about was taken. */
export interface Note extends Rejection {
  readonly field: string;
}

export type Evaluation =
  | {
      readonly is: 'refused';
      readonly reason: Rejection;
      readonly bad: readonly Rejection[];
    }
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
      readonly unplaced: readonly Unplaced[];
      readonly notes: readonly Note[];
    };

type Accepted = Extract<Evaluation, { readonly is: 'accepted' }>;
type FieldTarget = Extract<Target, { readonly is: 'field' }>;

const NONE: readonly never[] = [];
const MAX_ATTRIBUTE = 128;
const MAX_NAMED_KEYS = 8;

export function judge(raw: RawReading, context: EvaluateContext): Evaluation {
  const { keyMap, receivedAt } = context;
  const { kind, mapping } = keyMap;
  const { position, root } = raw;
  if (raw.refusal !== undefined) return { is: 'refused', reason: { ...raw.refusal, position }, bad: NONE };
  const timing: TimeContext = {
    receivedAt,
    utcOffsetMinutes: mapping?.time?.utcOffsetMinutes ?? mapping?.utcOffsetMinutes ?? raw.utcOffsetMinutes,
    retainMs: context.retainMs,
    format: mapping?.time?.format,
    epoch: mapping?.time?.epoch,
  };
  const when = parseTime(raw.time, raw.age, timing);
  if (!when.ok) return { is: 'refused', reason: { ...when.reason, position }, bad: NONE };

  const acceptStrings = raw.isVendors || mapping?.acceptStrings === true;
  const sentinels = mapping?.sentinels;
  const { fieldNamed } = keyMap;
  const values: Record<string, number> = {};
  let flags: Flags | undefined;
  let attributes: Record<string, string> | undefined;
  let bad: Rejection[] | undefined;
  let unplaced: Unplaced[] | undefined;
  let notes: Note[] | undefined;
  let count = 0;

  function take(key: string, given: unknown, target: FieldTarget, unit: string | undefined): void {
    const { scale, offset, rules } = target;
    const field = target.rules === undefined ? inSaidUnit(target.field, unit, fieldNamed) : target.field;
    if (target.open !== undefined && given !== null && isOpenStill(target, unit)) {
      const verdict = judgeOpen(key, field, target.open, given, fieldNamed);
      if (verdict.is === 'withheld') {
        unplaced ??= [];
        unplaced.push({ key, value: withUnit(given, unit), code: 'FIELD_AMBIGUOUS', message: verdict.message });
        return;
      }
      if (verdict.doubt !== undefined) {
        notes ??= [];
        notes.push({ code: 'FIELD_AMBIGUOUS', field: field.name, position, message: verdict.doubt });
      }
    }
    const intervalOf = rules?.counter === true ? (total: number) => since(field, total) : undefined;
    const verdict = validate(field, given, {
      ...{ scale, offset, sentinels, acceptStrings, rules, unit, fieldNamed, intervalOf },
    });
    if (verdict.is === 'absent') return;
    if (verdict.is === 'bad') {
      bad ??= [];
      bad.push({ code: verdict.code, field: field.name, position, message: verdict.message });
      return;
    }
    const { value } = verdict;
    const twin = values[field.name];
    if (twin === undefined) count++;
    else if (twin !== value) {
      bad ??= [];
      bad.push(sentTwice(field.name, key, twin, value, position));
      return;
    }
    values[field.name] = value;
    if (verdict.is === 'clamped') flags = { ...flags, [field.name]: ['clamped'] };
  }

  const since = (field: Field, total: number) =>
    context.counters?.interval(field.name, (when.ok ? when.value : undefined) ?? receivedAt, total);

  eachValue(
    raw.values,
    keyMap,
    (key, given, target, unit) => {
      if (target.is === 'field') return take(key, given, target, unit);
      if (target.is === 'ignored') return;
      if (target.is === 'unknown') {
        if (given === null) return;
        unplaced ??= [];
        unplaced.push({ key, value: withUnit(given, unit), code: 'FIELD_UNKNOWN' });
        return;
      }
      if (typeof given !== 'string' && typeof given !== 'number') return;
      attributes = { ...attributes, [target.name]: String(given).slice(0, MAX_ATTRIBUTE) };
    },
    root,
  );

  // What receivers send before they have a fix: a point in the Gulf of Guinea.
  if (values.latitude === 0 && values.longitude === 0) {
    bad ??= [];
    for (const field of ['latitude', 'longitude']) {
      delete values[field];
      count--;
      bad.push({
        code: 'VALUE_SENTINEL',
        field,
        position,
        message: 'the position 0, 0 is what a receiver sends without a fix: leave it out',
      });
    }
  }
  if (count === 0) {
    return { is: 'refused', reason: nothingLeft(position, kind.name, bad, unplaced), bad: bad ?? NONE };
  }
  const derived = keyMap.derived.length === 0 ? NONE : derivable(keyMap.derived, values);
  for (const field of derived) {
    const value = derivedValue(field, values);
    if (value !== undefined) values[field.name] = value;
  }
  if (isGuessedLocal(raw.time, timing)) {
    notes ??= [];
    notes.push({ code: 'TIME_IN_FUTURE', field: 'time', position, message: LOCAL_EPOCH });
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
    unplaced: unplaced ?? NONE,
    notes: notes ?? NONE,
  };
}

const LOCAL_EPOCH =
  'the epoch was ahead of the server by the utcOffsetMinutes of the mapping, so it is taken as local time: set time.epoch to local, so that a backlog is put right, too';

/** A value sent in % is the saturation of oxygen, although its key means mg/L. */
function inSaidUnit(field: Field, unit: string | undefined, fieldNamed: KeyMap['fieldNamed']): Field {
  if (unit === undefined || unit === field.symbol || conversion(unit, field.unit) !== undefined) return field;
  for (const name of field.siblings ?? []) {
    const sibling = fieldNamed(name);
    if (sibling !== undefined && conversion(unit, sibling.unit) !== undefined) return sibling;
  }
  return field;
}

/** A unit beside the value says what the key leaves open; it does not say the medium. */
const isOpenStill = ({ open }: FieldTarget, unit: string | undefined) => open === 'medium' || unit === undefined;

/** As it came, so that a replay finds the unit again. */
const withUnit = (given: unknown, unit: string | undefined) => (unit === undefined ? given : { value: given, unit });

function sentTwice(field: string, key: string, first: number, second: number, position: number): Rejection {
  const message = `${field} is ${first}, but ${JSON.stringify(key.slice(0, 64))} means the same field and is ${second}: set one to null in the mapping; the first stays`;
  return { code: 'READING_CONFLICT', field, position, message };
}

function nothingLeft(
  position: number,
  kind: string,
  bad: readonly Rejection[] | undefined,
  unplaced: readonly Unplaced[] | undefined,
): Rejection {
  const [first] = bad ?? [];
  if (first !== undefined) return first;
  if (unplaced === undefined) {
    return { code: 'READING_EMPTY', position, message: 'the reading holds no value: send at least one field' };
  }
  const open = unplaced.find(({ code }) => code === 'FIELD_AMBIGUOUS');
  if (open?.message !== undefined) return { code: open.code, field: open.key, position, message: open.message };
  const keys = unplaced.map(({ key }) => key);
  return {
    code: 'FIELD_UNKNOWN',
    ...(keys[0] !== undefined && { field: keys[0] }),
    position,
    message: `${kind} has no field for ${namesOf(keys)}: send names of GET /api/v1/kinds, or ask for a mapping`,
  };
}

export function namesOf(keys: readonly string[]): string {
  const shown = keys.slice(0, MAX_NAMED_KEYS).map((key) => JSON.stringify(key.slice(0, 64)));
  return keys.length > shown.length ? `${shown.join(', ')} and ${keys.length - shown.length} more` : shown.join(', ');
}

/** What each value is doubted for, once the reading is known as a whole. */
function doubtsIn(
  values: Readonly<Record<string, number>>,
  names: readonly string[],
  time: number,
  watchOf: (name: string) => Watch | undefined,
): readonly number[] {
  const first = names.map((name) => watchOf(name)?.doubts(values[name] ?? Number.NaN, time) ?? 0);
  if (!first.some((doubts) => (doubts & UNSETTLED) !== 0)) return first;
  const starting = isStarting(first);
  return first.map((doubts, index) => {
    if ((doubts & UNSETTLED) === 0) return doubts;
    const name = names[index] ?? '';
    return watchOf(name)?.settle(values[name] ?? Number.NaN, time, starting) ?? 0;
  });
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
  const names = Object.keys(accepted.values);
  const doubtsOf = doubtsIn(accepted.values, names, time, (name) => {
    const field = keyMap.fieldNamed(name);
    return field && suspicion.watch(field);
  });
  for (const [index, name] of names.entries()) {
    const doubts = flagsOfDoubts(doubtsOf[index] ?? 0);
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
