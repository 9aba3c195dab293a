/** Checks a device's mapping before the registry takes it: what is wrong with it shows now, not at the next reading. */
import { DaoyuError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Mapping } from './registry.ts';

const MAX_KEYS = 200;
const MAX_KEY_LENGTH = 128;
const ENVELOPES = ['auto', 'none', 'thingsboard', 'alink'];
const MEMBERS = ['keys', 'envelope', 'utcOffsetMinutes', 'sentinels', 'acceptStrings'];

/** Throws `MAPPING_INVALID` naming everything that is wrong. It may come from an API, so its type is not believed. */
export function validateMapping(mapping: Mapping, kind: Kind): void {
  const problems = [...problemsOf(mapping, kind)];
  if (problems.length > 0) throw new DaoyuError('MAPPING_INVALID', `the mapping is wrong: ${problems.join('; ')}`);
}

function* problemsOf(mapping: unknown, kind: Kind): Generator<string> {
  if (!isObject(mapping)) {
    yield 'it must be an object such as {"keys": {"DO": "dissolved_oxygen"}}';
    return;
  }
  for (const name of Object.keys(mapping)) {
    if (!MEMBERS.includes(name)) yield `${name} is unknown; there are ${MEMBERS.join(', ')}`;
  }
  const { keys, envelope, utcOffsetMinutes, sentinels, acceptStrings } = mapping;
  if (envelope !== undefined && !ENVELOPES.includes(String(envelope)))
    yield `envelope must be one of ${ENVELOPES.join(', ')}`;
  if (utcOffsetMinutes !== undefined && !isWithin(utcOffsetMinutes, -720, 840)) {
    yield 'utcOffsetMinutes must be minutes east of UTC, e.g. 480 for Beijing';
  }
  if (
    sentinels !== undefined &&
    !(Array.isArray(sentinels) && sentinels.length <= 100 && sentinels.every(isFiniteNumber))
  ) {
    yield 'sentinels must be a list of at most 100 numbers';
  }
  if (acceptStrings !== undefined && typeof acceptStrings !== 'boolean') yield 'acceptStrings must be true or false';
  if (keys !== undefined) yield* problemsOfKeys(keys, kind);
}

function* problemsOfKeys(keys: unknown, kind: Kind): Generator<string> {
  if (!isObject(keys)) {
    yield 'keys must be an object from incoming key to field';
    return;
  }
  const entries = Object.entries(keys);
  if (entries.length > MAX_KEYS) yield `keys may hold ${MAX_KEYS} at most`;
  for (const [key, target] of entries.slice(0, MAX_KEYS)) {
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) yield `a key must have 1 to ${MAX_KEY_LENGTH} characters`;
    if (target !== null) yield* problemsOfTarget(JSON.stringify(key), target, kind);
  }
}

function* problemsOfTarget(key: string, target: unknown, kind: Kind): Generator<string> {
  const { field, scale, offset } = isObject(target) ? target : { field: target };
  if (typeof field !== 'string') yield `${key} must lead to a field name, {field, scale, offset} or null`;
  else if (!kind.fields.some(({ name }) => name === field)) {
    yield `${key} leads to ${JSON.stringify(field)}, which ${kind.name} does not have (it has ${kind.fields.map(({ name }) => name).join(', ')})`;
  }
  if (scale !== undefined && (!isFiniteNumber(scale) || scale === 0))
    yield `${key} must have a scale that is a number other than 0`;
  if (offset !== undefined && !isFiniteNumber(offset)) yield `${key} must have an offset that is a number`;
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isWithin = (value: unknown, low: number, high: number) => isFiniteNumber(value) && value >= low && value <= high;
