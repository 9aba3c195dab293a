/** Alibaba Alink and OneNET Studio: a property post (`params: {DO: 6.5}` or `{DO: {value, time}}`) and Alink's history post (`params: [{properties: […]}]`). */
import { isObject, type JsonObject } from '../../base/json.ts';
import { beside, type Decoder, type Draft, gatherByTime } from './decoder.ts';

export const alink: Decoder = { name: 'alink', acceptsTexts: true, fromObject };

const KNOWN = ['id', 'version', 'params', 'method', 'sys', 'ack'];

function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const { params, method, version, id } = object;
  if (typeof method !== 'string' && version === undefined && id === undefined) return undefined;
  // Other protocols (JSON-RPC of Shelly) wrap their values alike; Alink's methods begin with `thing.`.
  if (typeof method === 'string' && !method.startsWith('thing.')) return undefined;
  const rest = beside(object, KNOWN);
  if (isObject(params)) return properties({ ...rest, ...params });
  if (!Array.isArray(params) || params.length === 0 || !params.every(isHistory)) return undefined;
  const older = params.flatMap((each) => each.properties.flatMap(properties));
  return Object.keys(rest).length === 0 ? older : [...older, ...properties(rest)];
}

function isHistory(value: unknown): value is { readonly properties: readonly JsonObject[] } {
  return isObject(value) && Array.isArray(value.properties) && value.properties.every(isObject);
}

/** Each property may carry a time of its own; those of one time are one reading. */
export function properties(object: JsonObject): readonly Draft[] {
  const gathered = gatherByTime();
  for (const [key, value] of Object.entries(object)) {
    if (!isObject(value) || !('value' in value)) {
      gathered.add(undefined, key, value);
      continue;
    }
    const { time, value: inner, ...others } = value;
    gathered.add(time, key, Object.keys(others).length === 0 ? inner : { ...others, value: inner });
  }
  return gathered.drafts({ root: 'params' });
}
