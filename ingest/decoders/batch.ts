/** `{ts, m: {…}}`, with an optional `batch: [{ts, m}]` of older ones. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { isMetadata } from '../metadata.ts';
import { ageOf, timeOf } from '../time-keys.ts';
import type { Decoder, Draft } from './decoder.ts';

export const batch: Decoder = { name: 'batch', fromObject };

function fromObject(given: JsonObject): readonly Draft[] | undefined {
  if (!('m' in given || 'batch' in given)) return undefined;
  const { batch: list, ...object } = given;
  const older = Array.isArray(list) && list.length > 0 && list.every(isObject) ? list : undefined;
  if (older === undefined) return isObject(object.m) && list === undefined ? [wrapped(object)] : undefined;
  const hasOwn = Object.keys(object).some((key) => !isMetadata(key));
  return [...older, ...(hasOwn ? [object] : [])].map(wrapped);
}

/** Values that stand beside the wrapping are taken with those inside of it. */
function wrapped(object: JsonObject): Draft {
  const { m: inner, ...beside } = object;
  const { seq } = object;
  const age = ageOf(object);
  const time = timeOf(object);
  if (!isObject(inner)) return { time, age, seq, values: object };
  return { time, age, seq, values: { ...beside, ...inner }, root: 'm' };
}
