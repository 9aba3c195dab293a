/** Evaluates one raw reading: values to keep, reasons for those withheld, unknown keys. Pure except for the memories in its context. */

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
import { unitInText, validate } from './validate.ts';

export interface EvaluateContext {
  readonly keyMap: KeyMap;
  readonly receivedAt: number;
  readonly intervalMs: number;
  readonly retainMs?: number | undefined;
  /** Running totals of the device. */
  readonly counters?: Counters | undefined;
}

/** By field. */
export type Flags = Record<string, readonly Flag[]>;

/** A value that belongs to no field: kept in quarantine, so that a later mapping recovers it. */
export interface Unplaced {
  readonly key: string;
  readonly value: unknown;
  readonly code: 'FIELD_UNKNOWN' | 'FIELD_AMBIGUOUS';
  readonly message?: string;
}

/** Reported once per device; the value it concerns was accepted. */
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
      /** Epoch ms; undefined if the device has no clock: then the time of receipt counts. */
      readonly time: number | undefined;
      readonly seq: number | undefined;
      readonly values: Record<string, number>;
      readonly flags: Flags | undefined;
      /** Fields of `values` that were computed here. */
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

export function evaluate(raw: RawReading, context: EvaluateContext): Evaluation {
  const { position } = raw;
  if (raw.refusal !== undefined) return { is: 'refused', reason: { ...raw.refusal, position }, bad: NONE };
  const timing = timingOf(raw, context);
  const when = parseTime(raw.time, raw.age, timing);
  if (!when.ok) return { is: 'refused', reason: { ...when.reason, position }, bad: NONE };
  const { keyMap, receivedAt } = context;
  const content = new Content(raw, context, when.value ?? receivedAt);
  eachValue(
    raw.values,
    keyMap,
    (key, given, target, unit, mark) => content.add(key, given, target, { unit, mark }),
    raw.root,
  );
  content.dropHalfPosition();
  content.dropPositionWithoutFix();
  const { values, flags, attributes, bad = NONE, unplaced = NONE } = content;
  if (content.count === 0) {
    return { is: 'refused', reason: nothingLeft(position, keyMap.kind.name, bad, unplaced), bad };
  }
  const derived = keyMap.derived.length === 0 ? NONE : derivable(keyMap.derived, values);
  for (const field of derived) {
    const value = derivedValue(field, values);
    if (value !== undefined) values[field.name] = value;
  }
  if (isGuessedLocal(raw.time, timing)) content.note('TIME_IN_FUTURE', 'time', LOCAL_EPOCH);
  const seq = typeof raw.seq === 'number' && Number.isSafeInteger(raw.seq) ? raw.seq : undefined;
  const { notes = NONE } = content;
  return { is: 'accepted', time: when.value, seq, values, flags, derived, attributes, bad, unplaced, notes };
}

function timingOf(raw: RawReading, { keyMap: { mapping }, receivedAt, retainMs }: EvaluateContext): TimeContext {
  return {
    ...{ receivedAt, retainMs },
    utcOffsetMinutes: mapping?.time?.utcOffsetMinutes ?? mapping?.utcOffsetMinutes ?? raw.utcOffsetMinutes,
    format: mapping?.time?.format,
    epoch: mapping?.time?.epoch,
  };
}

/** What the device says beside a value: its unit, and how it marks the value as bad. */
interface Beside {
  readonly unit: string | undefined;
  readonly mark: string | undefined;
}

/** The values of one reading, added one by one. Lists exist only once something is in them: most readings need none. */
class Content {
  readonly values: Record<string, number> = {};
  flags: Flags | undefined;
  attributes: Record<string, string> | undefined;
  bad: Rejection[] | undefined;
  unplaced: Unplaced[] | undefined;
  notes: Note[] | undefined;
  /** Of `values`. */
  count = 0;
  readonly #position: number;
  readonly #time: number;
  readonly #acceptStrings: boolean;
  readonly #context: EvaluateContext;

  constructor(raw: RawReading, context: EvaluateContext, time: number) {
    this.#position = raw.position;
    this.#time = time;
    this.#acceptStrings = raw.isVendors || context.keyMap.mapping?.acceptStrings === true;
    this.#context = context;
  }

  add(key: string, given: unknown, target: Target, beside: Beside): void {
    if (target.is === 'ignored') return;
    const { unit } = beside;
    if (target.is === 'field') this.#addToField(key, given, target, beside);
    else if (target.is === 'unknown') {
      if (given !== null) this.#keepUnplaced({ key, value: withUnit(given, unit), code: 'FIELD_UNKNOWN' });
    } else if (typeof given === 'string' || typeof given === 'number') {
      this.attributes = { ...this.attributes, [target.name]: String(given).slice(0, MAX_ATTRIBUTE) };
    }
  }

  note(code: Note['code'], field: string, message: string): void {
    this.notes ??= [];
    this.notes.push({ code, field, position: this.#position, message });
  }

  /** If one half of the position is refused, the other may stand for it: they may be exchanged. */
  dropHalfPosition(): void {
    const { values } = this;
    for (const [field, other] of PAIR) {
      const isRefused = this.bad?.some((each) => each.field === other) === true;
      if (values[field] === undefined || values[other] !== undefined || !isRefused) continue;
      delete values[field];
      this.count--;
      const message = `${field} is not taken without its ${other}, which was refused: the two may be exchanged`;
      this.#withhold('VALUE_OUT_OF_RANGE', field, message);
    }
  }

  /** Receivers without a fix send 0, 0, which is a point in the Gulf of Guinea. */
  dropPositionWithoutFix(): void {
    const { values } = this;
    if (values.latitude !== 0 || values.longitude !== 0) return;
    for (const field of ['latitude', 'longitude']) {
      delete values[field];
      this.count--;
      this.#withhold('VALUE_SENTINEL', field, 'the position 0, 0 is what a receiver sends without a fix: leave it out');
    }
  }

  #addToField(key: string, given: unknown, target: FieldTarget, beside: Beside): void {
    const { keyMap, counters } = this.#context;
    const { fieldNamed, mapping } = keyMap;
    const { scale, offset, rules } = target;
    const unit = beside.unit ?? (this.#acceptStrings ? unitInText(given) : undefined);
    const field = rules === undefined ? inSaidUnit(target.field, unit, fieldNamed) : target.field;
    const { name } = field;
    if (target.open !== undefined && given !== null && isOpenStill(target, unit)) {
      const verdict = judgeOpen(key, field, target.open, given, fieldNamed);
      if (verdict.is === 'withheld') {
        this.#keepUnplaced({
          ...{ key, value: withUnit(given, unit), code: 'FIELD_AMBIGUOUS', message: verdict.message },
        });
        return;
      }
      if (verdict.doubt !== undefined) this.note('FIELD_AMBIGUOUS', name, verdict.doubt);
    }
    if (beside.mark !== undefined && given !== null) {
      this.#withhold('VALUE_SENTINEL', name, markedBad(name, beside.mark));
      return;
    }
    const verdict = validate(field, given, {
      ...{ scale, offset, rules, fieldNamed, unit: beside.unit, sentinels: mapping?.sentinels },
      acceptStrings: this.#acceptStrings,
      intervalOf: rules?.counter === true ? (total) => counters?.interval(name, this.#time, total) : undefined,
    });
    if (verdict.is === 'absent') return;
    if (verdict.is === 'bad') {
      this.#withhold(verdict.code, name, verdict.message);
      return;
    }
    const { value } = verdict;
    const twin = this.values[name];
    if (twin !== undefined && twin !== value) {
      this.#withhold('READING_CONFLICT', name, sentTwice(name, key, twin, value));
      return;
    }
    if (twin === undefined) this.count++;
    this.values[name] = value;
    if (verdict.is === 'clamped') this.flags = { ...this.flags, [name]: ['clamped'] };
  }

  #withhold(code: Rejection['code'], field: string, message: string): void {
    this.bad ??= [];
    this.bad.push({ code, field, position: this.#position, message });
  }

  #keepUnplaced(unplaced: Unplaced): void {
    this.unplaced ??= [];
    this.unplaced.push(unplaced);
  }
}

const PAIR = [
  ['latitude', 'longitude'],
  ['longitude', 'latitude'],
] as const;

const markedBad = (name: string, mark: string) =>
  `${name} is marked as bad by the device itself (${mark.slice(0, 60)}): it is kept in quarantine and not taken`;

const LOCAL_EPOCH =
  'the epoch was ahead of the server by the utcOffsetMinutes of the mapping, so it is taken as local time: set time.epoch to local, so that a backlog is corrected, too';

/** The field that fits the unit: a value in % is the oxygen saturation, even if its key means mg/L. */
function inSaidUnit(field: Field, unit: string | undefined, fieldNamed: KeyMap['fieldNamed']): Field {
  if (unit === undefined || unit === field.symbol || conversion(unit, field.unit) !== undefined) return field;
  for (const name of field.siblings ?? []) {
    const sibling = fieldNamed(name);
    if (sibling !== undefined && conversion(unit, sibling.unit) !== undefined) return sibling;
  }
  return field;
}

/** A unit beside the value settles which unit the key means, but not which medium. */
const isOpenStill = ({ open }: FieldTarget, unit: string | undefined) => open === 'medium' || unit === undefined;

/** The value as it was sent, so that a replay finds the unit again. */
const withUnit = (given: unknown, unit: string | undefined) => (unit === undefined ? given : { value: given, unit });

function sentTwice(field: string, key: string, first: number, second: number): string {
  return `${field} is ${first}, but ${JSON.stringify(key.slice(0, 64))} means the same field and is ${second}: set one to null in the mapping; the first stays`;
}

function nothingLeft(
  position: number,
  kind: string,
  bad: readonly Rejection[],
  unplaced: readonly Unplaced[],
): Rejection {
  const [first] = bad;
  if (first !== undefined) return first;
  if (unplaced.length === 0) {
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

/** Reasons for suspicion of each value; some depend on the rest of the reading. */
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

/** Flags values that are suspect by their time or by earlier values; call it once the reading is known not to be a duplicate. */
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
    // A backlog is late in every field: all of them share one list.
    flags[name] = earlier === undefined && doubts.length === 0 ? ofTime : [...(earlier ?? NONE), ...doubts, ...ofTime];
  }
  if (flags === undefined) return undefined;
  // A value computed from a suspect one is suspect, too.
  for (const { name, derived } of accepted.derived) {
    const inherited = new Set(flags[name]);
    for (const input of derived?.from ?? NONE) for (const flag of flags[input] ?? NONE) inherited.add(flag);
    if (inherited.size > 0) flags[name] = [...inherited];
  }
  return flags;
}
