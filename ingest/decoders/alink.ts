/** Alibaba Alink and OneNET Studio: a property post (`params: {DO: 6.5}` or `{DO: {value, time}}`), a batch (`params: {properties: {DO: [{value, time}]}}`), an event (`params: {value: {…}, time}`), and Alink's history post (`params: [{properties: […]}]`). */
import { isObject, type JsonObject } from '../../base/json.ts';
import { timeOf } from '../time-keys.ts';
import { beside, type Decoder, type Draft, gatherByTime, hasContents, withRest } from './decoder.ts';

export const alink: Decoder = { name: 'alink', acceptsTexts: true, fromObject };

const KNOWN = ['id', 'version', 'params', 'method', 'sys', 'ack', 'identity'];

function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const { params, method, version, id } = object;
  if (typeof method !== 'string' && version === undefined && id === undefined) return undefined;
  // Other protocols (JSON-RPC of Shelly) wrap their values alike; Alink's methods begin with `thing.`.
  if (typeof method === 'string' && !method.startsWith('thing.')) return undefined;
  const rest = beside(object, KNOWN);
  if (isObject(params)) return batch(params, rest) ?? event(params, rest, method) ?? properties({ ...rest, ...params });
  if (!Array.isArray(params) || params.length === 0 || !params.every(isObject)) return undefined;
  const elements = (params as readonly JsonObject[]).map(kept);
  return elements.every((drafts) => drafts !== undefined) ? withRest(elements.flat(), rest) : undefined;
}

/** An element of the history post, or of OneNET Studio's pack; whose it is, the credential says. */
function kept({ properties: own, identity: _, events, ...others }: JsonObject): readonly Draft[] | undefined {
  const rest = { ...others, ...(isEmpty(events) ? {} : { events }) };
  if (isObject(own)) return batch({ properties: own }, rest);
  return Array.isArray(own) && own.every(isObject) ? withRest(own.flatMap(properties), rest) : undefined;
}

/** Alink sends members that say nothing as `{}` or `[]`. */
const isEmpty = (member: unknown) =>
  member === undefined || (typeof member === 'object' && Object.keys(member ?? {}).length === 0);

/** `thing.event.property.batch.post` and `…pack.post`; what a gateway packs of its children stays to be told. */
function batch({ properties: own, ...others }: JsonObject, rest: JsonObject): readonly Draft[] | undefined {
  if (!isObject(own)) return undefined;
  const { events, ...more } = others;
  const around = { ...rest, ...more, ...(isEmpty(events) ? {} : { events }) };
  const gathered = gatherByTime();
  const at = timeOf(around);
  for (const [key, value] of Object.entries(own)) {
    const list: readonly unknown[] = Array.isArray(value) && value.every(isObject) ? value : [value];
    for (const each of list) addProperty(gathered, key, each, at);
  }
  if (hasContents(around)) for (const [key, value] of Object.entries(around)) gathered.add(at, key, value);
  return gathered.drafts({ root: 'params.properties' });
}

/** `thing.event.lowOxygen.post`. */
function event(
  { value, time, ...others }: JsonObject,
  rest: JsonObject,
  method: unknown,
): readonly Draft[] | undefined {
  if (!isObject(value) || typeof method !== 'string' || method.startsWith('thing.event.property.')) return undefined;
  return [{ time: time ?? timeOf(rest), values: { ...rest, ...others, ...value }, root: 'params.value' }];
}

/** Each property may carry a time of its own; those of one time are one reading. */
export function properties(object: JsonObject): readonly Draft[] {
  const gathered = gatherByTime();
  const at = timeOf(object);
  for (const [key, value] of Object.entries(object)) addProperty(gathered, key, value, at);
  return gathered.drafts({ root: 'params' });
}

/** `at`: the time of the message, for a property that says none. */
function addProperty(gathered: ReturnType<typeof gatherByTime>, key: string, value: unknown, at: unknown): void {
  if (!isObject(value) || !('value' in value)) return gathered.add(at, key, value);
  const { time = at, value: inner, ...others } = value;
  gathered.add(time, key, Object.keys(others).length === 0 ? inner : { ...others, value: inner });
}
