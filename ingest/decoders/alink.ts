/** Alibaba Alink and OneNET Studio: a property post (`params: {DO: 6.5}` or `{DO: {value, time}}`), a batch (`params: {properties: {DO: [{value, time}]}}`), an event (`params: {value: {…}, time}`), and Alink's history post (`params: [{properties: […]}]`). */
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
  if (isObject(params)) return batch(params, rest) ?? event(params, rest, method) ?? properties({ ...rest, ...params });
  if (!Array.isArray(params) || params.length === 0 || !params.every(isHistory)) return undefined;
  const older = params.flatMap((each) => each.properties.flatMap(properties));
  return Object.keys(rest).length === 0 ? older : [...older, ...properties(rest)];
}

/** `thing.event.property.batch.post` and `…pack.post`; what a gateway packs of its children stays to be told. */
function batch({ properties: own, ...others }: JsonObject, rest: JsonObject): readonly Draft[] | undefined {
  if (!isObject(own)) return undefined;
  const gathered = gatherByTime();
  for (const [key, value] of Object.entries(own)) {
    const list: readonly unknown[] = Array.isArray(value) && value.every(isObject) ? value : [value];
    for (const each of list) addProperty(gathered, key, each);
  }
  const { events, ...more } = others;
  const isQuiet = isObject(events) && Object.keys(events).length === 0;
  for (const [key, value] of Object.entries({ ...rest, ...more, ...(!isQuiet && events !== undefined && { events }) }))
    gathered.add(undefined, key, value);
  return gathered.drafts({ root: 'params.properties' });
}

/** `thing.event.lowOxygen.post`. */
function event(
  { value, time, ...others }: JsonObject,
  rest: JsonObject,
  method: unknown,
): readonly Draft[] | undefined {
  if (!isObject(value) || typeof method !== 'string' || method.startsWith('thing.event.property.')) return undefined;
  return [{ time, values: { ...rest, ...others, ...value }, root: 'params.value' }];
}

function isHistory(value: unknown): value is { readonly properties: readonly JsonObject[] } {
  return isObject(value) && Array.isArray(value.properties) && value.properties.every(isObject);
}

/** Each property may carry a time of its own; those of one time are one reading. */
export function properties(object: JsonObject): readonly Draft[] {
  const gathered = gatherByTime();
  for (const [key, value] of Object.entries(object)) {
    addProperty(gathered, key, value);
  }
  return gathered.drafts({ root: 'params' });
}

function addProperty(gathered: ReturnType<typeof gatherByTime>, key: string, value: unknown): void {
  if (!isObject(value) || !('value' in value)) return gathered.add(undefined, key, value);
  const { time, value: inner, ...others } = value;
  gathered.add(time, key, Object.keys(others).length === 0 ? inner : { ...others, value: inner });
}
