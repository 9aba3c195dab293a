/** Recognises an object that holds one value: `{value: 6.4, unit: "mg/L", time: …}`. */
import type { JsonObject } from '../base/json.ts';
import { isUnit } from '../sensors/units.ts';
import { isTimeKeyBesideValue } from './time-keys.ts';

const UNIT_KEYS = new Set(
  [
    'unit',
    'units',
    'u',
    'uom',
    'unit_of_measurement',
    'unitofmeasurement',
    'unitcode',
    'unit_code',
    'engunit',
    '单位',
  ].concat(['unitofmeasure', 'unit_of_measure']),
);
/** A unit where the text is one. */
const SYMBOL = 'symbol';
/** These hold the value only if all other keys are a unit or a time: `v` may be a voltage. */
const SHORT_KEYS = ['v', 'val', 'Value', 'V', 'Val', 'VALUE'];

const isBeside = (key: string) => UNIT_KEYS.has(key.toLowerCase()) || isTimeKeyBesideValue(key);

/** The key of the value; undefined if the object is not a single value. */
function valueKeyOf(object: JsonObject): string | undefined {
  if ('value' in object) return typeof object.value !== 'object' || object.value === null ? 'value' : undefined;
  const key = SHORT_KEYS.find((name) => name in object);
  if (key === undefined || typeof object[key] === 'object') return undefined;
  const others = Object.keys(object).filter((name) => name !== key);
  return others.length > 0 && others.every(isBeside) ? key : undefined;
}

export const isSingleValue = (object: JsonObject): boolean => valueKeyOf(object) !== undefined;

export function valueIn(object: JsonObject): unknown {
  const key = valueKeyOf(object);
  return key === undefined ? undefined : object[key];
}

export function unitIn(object: JsonObject): string | undefined {
  for (const key of Object.keys(object)) {
    const unit = object[key];
    if (typeof unit !== 'string' || unit === '') continue;
    if (UNIT_KEYS.has(key.toLowerCase()) || (key.toLowerCase() === SYMBOL && isUnit(unit))) return unit;
  }
  return undefined;
}

/** Keys that are neither the value nor its unit or time. */
export function othersIn(object: JsonObject): readonly string[] {
  const own = valueKeyOf(object);
  return Object.keys(object).filter((key) => {
    const isSymbol = key.toLowerCase() === SYMBOL && typeof object[key] === 'string' && isUnit(object[key]);
    return key !== own && !isBeside(key) && !isSymbol && !isSaidBad(key, object[key]);
  });
}

/** Under these the device says what the value is worth. */
const WORTH = new Set([
  'quality',
  'qc',
  'status',
  'state',
  'valid',
  'isvalid',
  'is_valid',
  'ok',
  'good',
  'health',
  'flag',
  'error',
]);
const BAD_WORDS = new Set(
  [
    'bad',
    'fault',
    'faulty',
    'error',
    'err',
    'invalid',
    'fail',
    'failed',
    'failure',
    'broken',
    'offline',
    'disconnected',
  ]
    .concat([
      'false',
      'no',
      'not_connected',
      'calibration',
      'calibrating',
      'maintenance',
      'stale',
      'over_range',
      'overrange',
    ])
    .concat(['故障', '异常', '无效', '离线', '超量程', '维护', '校准', '断线']),
);

/** `"quality": "bad"`, `"valid": false`, `"error": true`. */
function isSaidBad(key: string, said: unknown): boolean {
  const name = key.toLowerCase();
  if (!WORTH.has(name)) return false;
  const isOfError = name === 'error';
  if (typeof said === 'boolean') return isOfError ? said : SAID_BY_FALSE.has(name) && !said;
  if (typeof said !== 'string') return false;
  const word = said.trim().toLowerCase();
  // "error": "no" is a good value.
  return BAD_WORDS.has(word) && !(isOfError && (word === 'no' || word === 'false'));
}

const SAID_BY_FALSE = new Set(['valid', 'isvalid', 'is_valid', 'ok', 'good']);

/** How the device itself marks the value as bad; undefined where it does not. */
export function badMarkIn(object: JsonObject): string | undefined {
  const own = valueKeyOf(object);
  const key = Object.keys(object).find((name) => name !== own && isSaidBad(name, object[name]));
  return key === undefined ? undefined : `${key}: ${JSON.stringify(object[key])}`;
}
