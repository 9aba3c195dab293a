/** Checks a device's mapping before the registry takes it, so that faults show now and not at the next reading. */
import { DaoyuError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Kind } from '../sensors/kind.ts';
import { conversion, isUnit } from '../sensors/units.ts';
import { BYTE_ORDERS, MAPPING_LIMITS, type Mapping, REGISTER_TYPES, TIME_FORMATS } from './mapping.ts';

const MEMBERS = [
  ...['version', 'keys', 'envelope', 'time', 'lists', 'polls', 'utcOffsetMinutes', 'sentinels', 'acceptStrings'],
];
const TARGET_MEMBERS = ['field', 'scale', 'offset', 'unit', 'as', 'order', 'counter', 'ignore'];
const TIME_MEMBERS = ['key', 'format', 'epoch', 'utcOffsetMinutes'];
const POLL_MEMBERS = ['slave', 'function', 'start', 'count', 'registers'];
const WIDE = ['u32', 'i32', 'f32'];

/**
 * Throws `MAPPING_INVALID` naming everything that is wrong. It may come from an API, so its type is not trusted.
 * `formats`: names of the decoders; absent: any name passes.
 */
export function validateMapping(mapping: Mapping, kind: Kind, formats?: readonly string[]): void {
  const problems = [...problemsOf(mapping, kind, formats)];
  if (problems.length > 0) throw new DaoyuError('MAPPING_INVALID', `the mapping is wrong: ${problems.join('; ')}`);
}

function* problemsOf(mapping: unknown, kind: Kind, formats: readonly string[] | undefined): Generator<string> {
  if (!isObject(mapping)) {
    yield 'it must be an object such as {"keys": {"DO": "dissolved_oxygen"}}';
    return;
  }
  yield* unknownMembers(mapping, MEMBERS, '');
  const { version, keys, envelope, time, lists, polls, utcOffsetMinutes, sentinels, acceptStrings } = mapping;
  if (version !== undefined && version !== 1 && version !== 2) yield 'version must be 1 or 2';
  if (envelope !== undefined && (typeof envelope !== 'string' || formats?.includes(envelope) === false))
    yield `envelope must be one of ${(formats ?? []).join(', ')}`;
  yield* problemsOfOffset(utcOffsetMinutes, 'utcOffsetMinutes');
  if (
    sentinels !== undefined &&
    !(Array.isArray(sentinels) && sentinels.length <= MAPPING_LIMITS.sentinels && sentinels.every(isFiniteNumber))
  ) {
    yield `sentinels must be a list of at most ${MAPPING_LIMITS.sentinels} numbers`;
  }
  if (acceptStrings !== undefined && typeof acceptStrings !== 'boolean') yield 'acceptStrings must be true or false';
  if (time !== undefined) yield* problemsOfTime(time, mapping);
  if (lists !== undefined && !(Array.isArray(lists) && lists.length <= MAPPING_LIMITS.lists && lists.every(isKey)))
    yield `lists must be a list of at most ${MAPPING_LIMITS.lists} keys, such as ["history"]`;
  if (keys !== undefined) yield* problemsOfKeys(keys, kind);
  if (polls !== undefined) yield* problemsOfPolls(polls, kind);
}

function* problemsOfTime(
  time: unknown,
  { utcOffsetMinutes }: { readonly utcOffsetMinutes?: unknown },
): Generator<string> {
  if (!isObject(time)) {
    yield 'time must be an object such as {"key": "data.t", "format": "epoch_s"}';
    return;
  }
  yield* unknownMembers(time, TIME_MEMBERS, 'time.');
  if (time.key !== undefined && !isKey(time.key)) yield 'time.key must be a key';
  if (time.format !== undefined && !includes(TIME_FORMATS, time.format))
    yield `time.format must be one of ${TIME_FORMATS.join(', ')}`;
  if (time.epoch !== undefined && time.epoch !== 'utc' && time.epoch !== 'local')
    yield 'time.epoch must be utc or local';
  yield* problemsOfOffset(time.utcOffsetMinutes, 'time.utcOffsetMinutes');
  if (time.epoch === 'local' && time.utcOffsetMinutes === undefined && utcOffsetMinutes === undefined)
    yield 'time.epoch is local, so utcOffsetMinutes is required, e.g. 480 for Beijing';
}

function* problemsOfKeys(keys: unknown, kind: Kind): Generator<string> {
  if (!isObject(keys)) {
    yield 'keys must be an object from incoming key to field';
    return;
  }
  const entries = Object.entries(keys);
  if (entries.length > MAPPING_LIMITS.keys) yield `keys may hold ${MAPPING_LIMITS.keys} at most`;
  for (const [key, target] of entries.slice(0, MAPPING_LIMITS.keys)) {
    if (!isKey(key)) yield `a key must have 1 to ${MAPPING_LIMITS.keyLength} characters`;
    if (target !== null) yield* problemsOfTarget(JSON.stringify(key), target, kind, TARGET_MEMBERS);
  }
}

function* problemsOfPolls(polls: unknown, kind: Kind): Generator<string> {
  if (!Array.isArray(polls) || polls.length > MAPPING_LIMITS.polls) {
    yield `polls must be a list of at most ${MAPPING_LIMITS.polls}`;
    return;
  }
  for (const [index, poll] of polls.entries()) {
    const name = `polls[${index}]`;
    if (!isObject(poll)) {
      yield `${name} must be an object such as {"slave": 1, "function": 3, "start": 0, "registers": [{"at": 0, "as": "f32", "field": "…"}]}`;
      continue;
    }
    yield* unknownMembers(poll, POLL_MEMBERS, `${name}.`);
    if (!isWhole(poll.slave, 0, 247)) yield `${name}.slave must be 0 to 247`;
    if (!isWhole(poll.function, 3, 4)) yield `${name}.function must be 3 or 4`;
    if (!isWhole(poll.start, 0, 65_535)) yield `${name}.start must be 0 to 65535`;
    if (poll.count !== undefined && !isWhole(poll.count, 1, 125)) yield `${name}.count must be 1 to 125`;
    const { registers, start } = poll;
    if (!Array.isArray(registers) || registers.length === 0 || registers.length > MAPPING_LIMITS.registers) {
      yield `${name}.registers must be a list of 1 to ${MAPPING_LIMITS.registers}`;
      continue;
    }
    for (const [place, register] of registers.entries()) {
      const where = `${name}.registers[${place}]`;
      yield* problemsOfTarget(where, register, kind, [...TARGET_MEMBERS, 'at']);
      const first = typeof start === 'number' ? start : 0;
      if (!isObject(register) || !isWhole(register.at, first, first + 124))
        yield `${where}.at must be an address from start on`;
    }
  }
}

function* problemsOfTarget(key: string, target: unknown, kind: Kind, members: readonly string[]): Generator<string> {
  const given = isObject(target) ? target : { field: target };
  const { field: name, scale, offset, unit, as, order, counter, ignore } = given;
  yield* unknownMembers(given, members, `${key}: `);
  const field = kind.fields.find((each) => each.name === name);
  if (typeof name !== 'string') yield `${key} must map to a field name, {field, scale, offset} or null`;
  else if (field === undefined) {
    yield `${key} maps to ${JSON.stringify(name)}, which ${kind.name} does not have (it has ${kind.fields.map((each) => each.name).join(', ')})`;
  }
  if (scale !== undefined && (!isFiniteNumber(scale) || scale === 0))
    yield `${key} must have a scale that is a number other than 0`;
  if (offset !== undefined && !isFiniteNumber(offset)) yield `${key} must have an offset that is a number`;
  if (unit !== undefined) {
    if (typeof unit !== 'string' || !isUnit(unit)) yield `${key} has a unit that is not known: ${JSON.stringify(unit)}`;
    else if (field !== undefined && conversion(unit, field.unit) === undefined)
      yield `${key} has the unit ${unit}, which cannot become ${field.unit}`;
  }
  if (as !== undefined && !includes(REGISTER_TYPES, as))
    yield `${key} must be read as one of ${REGISTER_TYPES.join(', ')}`;
  if (order !== undefined) {
    const length = includes(WIDE, as) ? 4 : 2;
    if (!includes(BYTE_ORDERS, order)) yield `${key} must have an order of ${BYTE_ORDERS.join(', ')}`;
    else if (String(order).length !== length)
      yield `${key} has the order ${order}, but as ${as ?? 'u16'} it has ${length} bytes`;
  }
  if (counter !== undefined && counter !== true) yield `${key} may have counter: true, or no counter`;
  if (counter === true && field !== undefined && field.isIntervalSum !== true)
    yield `${key} is a counter, but ${field.name} is not a sum over an interval`;
  if (
    ignore !== undefined &&
    !(
      Array.isArray(ignore) &&
      ignore.length <= MAPPING_LIMITS.ignored &&
      ignore.every((value) => typeof value === 'string' || isFiniteNumber(value))
    )
  )
    yield `${key} must ignore at most ${MAPPING_LIMITS.ignored} numbers or texts`;
}

function* unknownMembers(given: Readonly<Record<string, unknown>>, members: readonly string[], prefix: string) {
  for (const name of Object.keys(given)) {
    if (!members.includes(name)) yield `${prefix}${name} is unknown; there are ${members.join(', ')}`;
  }
}

function* problemsOfOffset(minutes: unknown, name: string): Generator<string> {
  const [low, high] = MAPPING_LIMITS.utcOffset;
  if (minutes !== undefined && !(isFiniteNumber(minutes) && minutes >= low && minutes <= high))
    yield `${name} must be minutes east of UTC, ${low} to ${high}, e.g. 480 for Beijing`;
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isWhole = (value: unknown, low: number, high: number) =>
  Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
const isKey = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAPPING_LIMITS.keyLength;
const includes = (words: readonly unknown[], word: unknown) => words.includes(word);
