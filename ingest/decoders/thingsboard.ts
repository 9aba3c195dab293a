/** ThingsBoard: `{ts, values: {…}}`, or `{key: [{ts, value}, …]}` as its history is exported. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { ageOf, timeOf } from '../time-keys.ts';
import { type Decoder, type Draft, gatherByTime } from './decoder.ts';

export const thingsBoard: Decoder = { name: 'thingsboard', acceptsTexts: true, fromObject };

function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const { values: inner, ...beside } = object;
  if (isObject(inner)) {
    return [
      { time: timeOf(object), age: ageOf(object), seq: object.seq, values: { ...beside, ...inner }, root: 'values' },
    ];
  }
  const keys = Object.keys(object);
  if (keys.length === 0 || !keys.every((key) => isTimedList(object[key]))) return undefined;
  const gathered = gatherByTime();
  for (const key of keys) {
    for (const { ts, value, ...others } of object[key] as readonly JsonObject[]) {
      gathered.add(ts, key, Object.keys(others).length === 0 ? value : { ...others, value });
    }
  }
  return gathered.drafts();
}

const isTimed = (value: unknown) => isObject(value) && 'ts' in value && 'value' in value;
const isTimedList = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isTimed);
