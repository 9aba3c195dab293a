/** Payload → raw readings: our own objects and arrays, and the wrappings of vendors, told apart by their shape. */
import { isObject, type JsonObject } from '../base/json.ts';
import type { Mapping } from '../registry/registry.ts';
import { type Outcome, parseJson, refuse } from './json.ts';

export const MAX_READINGS = 5000;
const MAX_KEYS_OF_READING = 256;

/** What a device wrote of one measurement, before anything is known of its keys. */
export interface RawReading {
  /** Index in the message. */
  readonly position: number;
  readonly time: unknown;
  readonly age: unknown;
  readonly seq: unknown;
  readonly values: JsonObject;
  /** Vendors of this wrapping write numbers as texts. */
  readonly isVendors: boolean;
}

type Draft = Omit<RawReading, 'position' | 'isVendors'>;
export type Envelope = NonNullable<Mapping['envelope']>;

/** Never throws; a refusal is of the message as a whole. */
export function decode(payload: Uint8Array, envelope: Envelope = 'auto'): Outcome<readonly RawReading[]> {
  const parsed = parseJson(payload);
  return parsed.ok ? decodeValue(parsed.value, envelope) : parsed;
}

export function decodeValue(value: unknown, envelope: Envelope = 'auto'): Outcome<readonly RawReading[]> {
  if (!Array.isArray(value) && !isObject(value)) {
    return refuse({
      code: 'PAYLOAD_NOT_AN_OBJECT',
      message: `the payload is ${nameOf(value)}: send an object such as {"dissolved_oxygen": 6.42}, or an array of them`,
    });
  }
  const unwrap = UNWRAP[envelope];
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (elements.length === 0) return refuse({ code: 'PAYLOAD_EMPTY', message: 'the array holds no reading' });
  if (elements.length > MAX_READINGS) return tooMany(elements.length);
  const drafts: Draft[] = [];
  for (const [index, element] of elements.entries()) {
    if (!isObject(element)) {
      return refuse({
        code: 'PAYLOAD_NOT_AN_OBJECT',
        position: index,
        message: `element ${index} of the array is ${nameOf(element)}: each must be an object`,
      });
    }
    for (const draft of unwrap(element)) drafts.push(draft);
    if (drafts.length > MAX_READINGS) return tooMany(drafts.length);
  }
  if (drafts.length === 0) return refuse({ code: 'PAYLOAD_EMPTY', message: 'the payload holds no reading' });
  const crowded = drafts.findIndex(({ values }) => Object.keys(values).length > MAX_KEYS_OF_READING);
  if (crowded >= 0) {
    return refuse({
      code: 'PAYLOAD_TOO_MANY_KEYS',
      position: crowded,
      message: `a reading holds more than ${MAX_KEYS_OF_READING} keys`,
    });
  }
  const isVendors = envelope === 'alink' || envelope === 'thingsboard';
  return {
    ok: true,
    value: drafts.map(({ time, age, seq, values }, position) => ({ position, time, age, seq, values, isVendors })),
  };
}

function tooMany(count: number) {
  return refuse({
    code: 'PAYLOAD_TOO_MANY_READINGS',
    message: `${count} readings or more in one message: send at most ${MAX_READINGS}`,
  });
}

const UNWRAP: Readonly<Record<Envelope, (object: JsonObject) => readonly Draft[]>> = {
  none: (object) => [own(object)],
  thingsboard: (object) => thingsBoard(object) ?? [own(object)],
  alink: (object) => alink(object) ?? [own(object)],
  auto: (object) => alink(object) ?? thingsBoard(object) ?? batch(object) ?? [own(object)],
};

/** Keys of time, in the order in which they are believed. */
export const TIME_KEYS = ['time', 'ts', 'timestamp'] as const;

function own(object: JsonObject): Draft {
  return { time: timeOf(object), age: object.age, seq: object.seq, values: object };
}

function timeOf(object: JsonObject): unknown {
  return object.time ?? object.ts ?? object.timestamp;
}

/** `{ts, m: {…}}`, with an optional `batch: [{ts, m}]` of older ones. */
function batch(given: JsonObject): readonly Draft[] | undefined {
  if (!('m' in given || 'batch' in given)) return undefined;
  const { batch: list, ...object } = given;
  const older = Array.isArray(list) && list.length > 0 && list.every(isObject) ? list : undefined;
  if (older === undefined) return isObject(object.m) && list === undefined ? [wrapped(object, 'm')] : undefined;
  const hasOwn = Object.keys(object).some((key) => !isTimeKey(key) && key !== 'seq');
  return [...older, ...(hasOwn ? [object] : [])].map((each) => wrapped(each, 'm'));
}

/** Values that stand beside the wrapping are taken with those inside of it: nothing is dropped without a word. */
function wrapped(object: JsonObject, name: string): Draft {
  const { [name]: inner, ...beside } = object;
  return isObject(inner) ? { ...own(object), values: { ...beside, ...inner } } : own(object);
}

const isTimeKey = (key: string) => TIME_KEYS.some((name) => name === key) || key === 'age';

/** `{ts, values: {…}}`, or `{key: [{ts, value}, …], …}` as its history is exported. */
function thingsBoard(object: JsonObject): readonly Draft[] | undefined {
  if (isObject(object.values)) return [wrapped(object, 'values')];
  const keys = Object.keys(object);
  if (keys.length === 0 || !keys.every((key) => isTimedList(object[key]))) return undefined;
  const gathered = gatherByTime();
  for (const key of keys) {
    for (const { ts, value } of object[key] as readonly JsonObject[]) gathered.add(ts, key, value);
  }
  return gathered.drafts();
}

const isTimed = (value: unknown) => isObject(value) && 'ts' in value && 'value' in value;
const isTimedList = (value: unknown) => Array.isArray(value) && value.every(isTimed);

/** Alibaba's property post (`params: {DO: 6.5}` or `{DO: {value, time}}`) and its history post (`params: [{properties: […]}]`). */
function alink({ params, method, version, id }: JsonObject): readonly Draft[] | undefined {
  if (typeof method !== 'string' && version === undefined && id === undefined) return undefined;
  if (isObject(params)) return properties(params);
  if (!Array.isArray(params) || !params.every(isHistory)) return undefined;
  return params.flatMap(({ properties: sets }) => sets.flatMap(properties));
}

function isHistory(value: unknown): value is { readonly properties: readonly JsonObject[] } {
  return isObject(value) && Array.isArray(value.properties) && value.properties.every(isObject);
}

/** Each property may carry a time of its own; those of one time are one reading. */
function properties(object: JsonObject): readonly Draft[] {
  const gathered = gatherByTime();
  for (const [key, value] of Object.entries(object)) {
    if (isObject(value) && 'value' in value) gathered.add(value.time, key, value.value);
    else gathered.add(undefined, key, value);
  }
  return gathered.drafts();
}

function gatherByTime() {
  const byTime = new Map<unknown, Map<string, unknown>>();
  return {
    add(time: unknown, key: string, value: unknown) {
      const values = byTime.get(time) ?? new Map<string, unknown>();
      byTime.set(time, values.set(key, value));
    },
    drafts: (): readonly Draft[] =>
      [...byTime].map(([time, values]) => ({
        time,
        age: undefined,
        seq: undefined,
        values: Object.fromEntries(values),
      })),
  };
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
