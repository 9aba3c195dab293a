/** Recognises an object that holds one value: `{value: 6.4, unit: "mg/L", time: …}`. */
import type { JsonObject } from '../base/json.ts';
import { isTimeKeyBesideValue } from './time-keys.ts';

const UNIT_KEYS = new Set(['unit', 'units', 'u', 'uom', 'unit_of_measurement', 'unitofmeasurement']);
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
    if (UNIT_KEYS.has(key.toLowerCase()) && typeof unit === 'string' && unit !== '') return unit;
  }
  return undefined;
}

/** Keys that are neither the value nor its unit or time. */
export function othersIn(object: JsonObject): readonly string[] {
  const own = valueKeyOf(object);
  return Object.keys(object).filter((key) => key !== own && !isBeside(key));
}
