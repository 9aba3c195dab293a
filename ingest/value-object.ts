/** `{value: 6.4, unit: "mg/L", time: …}`: one value with what is said beside it. */
import type { JsonObject } from '../base/json.ts';

const BESIDE = new Set([
  'unit',
  'units',
  'u',
  'uom',
  'unit_of_measurement',
  'unitofmeasurement',
  't',
  'ts',
  'time',
  'timestamp',
  'at',
]);
const UNIT_KEYS = ['unit', 'units', 'u', 'uom', 'unit_of_measurement', 'unitOfMeasurement', 'Unit'];

/** `value` holds the value; `v` does so only where nothing but a unit or a time stands beside it: it may be a voltage. */
export function isSingleValue(object: JsonObject): boolean {
  if ('value' in object) return typeof object.value !== 'object' || object.value === null;
  if (!('v' in object) || typeof object.v === 'object') return false;
  const others = Object.keys(object).filter((key) => key !== 'v');
  return others.length > 0 && others.every((key) => BESIDE.has(key.toLowerCase()));
}

export const valueIn = (object: JsonObject): unknown => ('value' in object ? object.value : object.v);

export function unitIn(object: JsonObject): string | undefined {
  for (const key of UNIT_KEYS) {
    const unit = object[key];
    if (typeof unit === 'string' && unit !== '') return unit;
  }
  return undefined;
}

/** What stands in there and is neither the value nor known to describe it. */
export function othersIn(object: JsonObject): readonly string[] {
  const keys = Object.keys(object).filter((key) => key !== 'value' && key !== 'v' && !BESIDE.has(key.toLowerCase()));
  return 'value' in object && 'v' in object ? [...keys, 'v'] : keys;
}
