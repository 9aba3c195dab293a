/** Joins values with units under other keys: `temp_unit: "F"` beside `temp`, `units: {temp: "F"}`, or `unit` beside a single number. */
import { isObject, type JsonObject } from '../base/json.ts';
import type { Mapping } from '../registry/mapping.ts';
import { foldKey } from '../sensors/kinds.ts';
import { isUnit } from '../sensors/units.ts';
import { isMetadata } from './metadata.ts';
import { joinPath } from './path.ts';
import { isSingleValue } from './value-object.ts';

const UNIT_KEY = /units?$/i;

/** Leaves keys alone that the mapping names: the operator's word counts. */
export function withSiblingUnits(values: JsonObject, mapping: Mapping | undefined, prefix = ''): JsonObject {
  let result: Record<string, unknown> | undefined;
  for (const key of Object.keys(values)) {
    const value = values[key];
    const path = joinPath(prefix, key);
    if (isObject(value) && !isSingleValue(value)) {
      const inner = withSiblingUnits(value, mapping, path);
      if (inner !== value) result = { ...(result ?? values), [key]: inner };
    }
    if (!UNIT_KEY.test(key) || mapping?.keys?.[path] !== undefined) continue;
    const said = unitsSaid(key, value, values);
    if (said.size === 0) continue;
    result = { ...(result ?? values) };
    for (const [name, unit] of said) result[name] = { value: values[name], unit };
    if (!isObject(value) || said.size === Object.keys(value).length) delete result[key];
  }
  return result ?? values;
}

/** Units by the key of the value. */
function unitsSaid(key: string, said: unknown, values: JsonObject): ReadonlyMap<string, string> {
  if (isObject(said)) {
    const named = Object.entries(said).filter(([name, unit]) => isUnitText(unit) && isPlainValue(values[name]));
    return new Map(named as [string, string][]);
  }
  if (!isUnitText(said)) return new Map();
  return new Map(valuesOfUnit(key, values).map((name) => [name, said]));
}

function valuesOfUnit(key: string, values: JsonObject): readonly string[] {
  const names = Object.keys(values).filter((name) => isPlainValue(values[name]) && !isMetadata(name));
  const of = foldKey(key).replace(UNIT_KEY, '');
  if (of === '') return names.length === 1 ? names : [];
  const exact = names.filter((name) => foldKey(name) === of);
  // `TempUnit` applies to all temperatures.
  return exact.length > 0 || of.length < 3 ? exact : names.filter((name) => foldKey(name).includes(of));
}

const isUnitText = (unit: unknown): unit is string => typeof unit === 'string' && isUnit(unit);
/** Includes numbers written as text; the mapping decides whether to accept those. */
const isPlainValue = (value: unknown) => typeof value === 'number' || (typeof value === 'string' && /\d/.test(value));
