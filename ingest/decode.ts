/** Payload → raw readings: the decoder that the mapping or the topic names, or the first one that recognises the message. Pure. */
import { isObject, type JsonObject } from '../base/json.ts';
import type { Rejection } from '../bus/rejection.ts';
import type { Mapping } from '../registry/mapping.ts';
import type { DecodeContext, Decoder, Draft } from './decoders/decoder.ts';
import { DECODERS, decoderNamed } from './decoders/table.ts';
import { type Outcome, parseJson, refuse } from './json.ts';
import { joinPath, valueAt } from './path.ts';
import type { KeptReading } from './reading-payload.ts';
import { withSiblingUnits } from './sibling-units.ts';
import { ageOf, timeOf } from './time-keys.ts';
import { unfold } from './unfold.ts';

export const MAX_READINGS = 5000;
const MAX_KEYS_OF_READING = 256;

/** One measurement as the device wrote it, before its keys are interpreted. */
export interface RawReading {
  /** Index in the message. */
  readonly position: number;
  readonly time: unknown;
  readonly age: unknown;
  readonly seq: unknown;
  readonly values: JsonObject;
  /** Path of the values in the message. */
  readonly root?: string;
  /** Its format writes numbers as texts. */
  readonly isVendors: boolean;
  /** Present if the format defines its times as local. */
  readonly utcOffsetMinutes?: number;
  /** Why the reading must not be stored although it was understood. */
  readonly refusal?: Rejection;
}

/** Never throws; a refusal concerns the whole message. */
export function decode(payload: Uint8Array, context: DecodeContext = {}): Outcome<readonly RawReading[]> {
  const named = namedBy(context);
  const ofBytes = named === undefined ? undefined : fromBytes(payload, [named], context);
  if (ofBytes !== undefined) return ofBytes;
  const parsed = named?.parse?.(payload) ?? parseJson(payload);
  // Anything but a JSON object or array may be a binary or text frame.
  const mayBeFrame = named === undefined && (!parsed.ok || typeof parsed.value !== 'object');
  const frames = mayBeFrame ? fromBytes(payload, DECODERS, context) : undefined;
  if (frames !== undefined) return frames;
  return parsed.ok ? decodeValue(parsed.value, context) : parsed;
}

/** The decoder named by the topic or the mapping. */
function namedBy({ channel, mapping }: DecodeContext): Decoder | undefined {
  if (channel === 'telemetry/senml') return decoderNamed('senml');
  if (channel === 'telemetry/cbor') return decoderNamed('cbor');
  return decoderNamed(mapping?.envelope);
}

function fromBytes(
  payload: Uint8Array,
  decoders: readonly Decoder[],
  context: DecodeContext,
): Outcome<readonly RawReading[]> | undefined {
  for (const decoder of decoders) {
    const drafts = decoder.fromBytes?.(payload, context);
    if (drafts !== undefined) return drafts.ok ? readingsOf(drafts.value, decoder, context) : drafts;
  }
  return undefined;
}

const RECOGNISING = DECODERS.filter((decoder) => !decoder.isNamedOnly);

export function decodeValue(value: unknown, context: DecodeContext = {}): Outcome<readonly RawReading[]> {
  const named = namedBy(context);
  const isPlain = named === undefined && context.mapping?.envelope === 'none';
  // A notation such as CBOR does not determine the format of its content.
  const candidates = isPlain ? [] : named === undefined || named.parse !== undefined ? RECOGNISING : [named];
  for (const decoder of candidates) {
    const drafts = decoder.fromValue?.(value, context);
    if (drafts !== undefined) return drafts.ok ? readingsOf(drafts.value, decoder, context) : drafts;
  }
  if (!Array.isArray(value) && !isObject(value)) {
    return refuse({
      code: 'PAYLOAD_NOT_AN_OBJECT',
      message: `the payload is ${nameOf(value)}: send an object such as {"dissolved_oxygen": 6.42}, or an array of them`,
    });
  }
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
    for (const draft of draftsOf(element, candidates, context)) drafts.push(draft);
    if (drafts.length > MAX_READINGS) return tooMany(drafts.length);
  }
  return readingsOf(drafts, named, context);
}

/** Readings from quarantine: already unwrapped, now interpreted with the current mapping. */
export function decodeKept(kept: readonly KeptReading[], mapping: Mapping | undefined): Outcome<readonly RawReading[]> {
  const drafts = kept.map(({ texts: _, ...draft }) => draft);
  const decoded = readingsOf(drafts, undefined, { mapping });
  const hasTexts = kept.some(({ texts }) => texts === true);
  const isVendors = hasTexts || decoderNamed(mapping?.envelope)?.acceptsTexts === true;
  return decoded.ok && isVendors ? { ok: true, value: decoded.value.map((raw) => ({ ...raw, isVendors })) } : decoded;
}

function draftsOf(object: JsonObject, candidates: readonly Decoder[], context: DecodeContext): readonly Draft[] {
  for (const decoder of candidates) {
    const drafts = decoder.fromObject?.(object, context);
    if (drafts !== undefined) return drafts;
  }
  return [own(object)];
}

/** Our own format: an object with the values, time, age and sequence number. */
function own(object: JsonObject): Draft {
  const draft = { time: timeOf(object), age: ageOf(object), seq: object.seq, values: object };
  return object.simulated === true ? { ...draft, refusal: SIMULATED } : draft;
}

const SIMULATED: Rejection = {
  code: 'READING_SIMULATED',
  message: 'the message says of itself that it is simulated: nobody measured it',
};

function readingsOf(
  drafts: readonly Draft[],
  decoder: Decoder | undefined,
  { mapping }: DecodeContext,
): Outcome<readonly RawReading[]> {
  const unfolded = drafts.flatMap((draft) => {
    const values = withSiblingUnits(draft.values, mapping, draft.root);
    return unfold(withMapped(withTimeOfValues({ ...draft, values }), mapping), mapping);
  });
  if (unfolded.length === 0) return refuse({ code: 'PAYLOAD_EMPTY', message: 'the payload holds no reading' });
  if (unfolded.length > MAX_READINGS) return tooMany(unfolded.length);
  const crowded = unfolded.findIndex(({ values }) => Object.keys(values).length > MAX_KEYS_OF_READING);
  if (crowded >= 0) {
    return refuse({
      code: 'PAYLOAD_TOO_MANY_KEYS',
      position: crowded,
      message: `a reading holds more than ${MAX_KEYS_OF_READING} keys`,
    });
  }
  const isVendors = decoder?.acceptsTexts === true;
  return {
    ok: true,
    value: unfolded.map(({ time, age, seq, values, root, utcOffsetMinutes, refusal }, position) => ({
      position,
      time,
      age,
      seq,
      values,
      isVendors,
      ...(root !== undefined && { root }),
      ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
      ...(refusal !== undefined && { refusal }),
    })),
  };
}

/** Uses a time among the values if the format has its own place for the time and left it empty. */
function withTimeOfValues(draft: Draft): Draft {
  if (draft.age !== undefined || (draft.time !== undefined && draft.time !== null)) return draft;
  const time = timeOf(draft.values);
  return time === undefined ? draft : { ...draft, time };
}

/** Applies the mapping: the key of the time, and keys outside of the object that holds the values. */
function withMapped(draft: Draft, mapping: Mapping | undefined): Draft {
  const { envelope, root, values } = draft;
  const timeKey = mapping?.time?.key;
  const keys = envelope === undefined ? [] : Object.keys(mapping?.keys ?? {});
  if (timeKey === undefined && keys.length === 0) return draft;
  const found: Record<string, unknown> = {};
  for (const key of keys) {
    if (mapping?.keys?.[key] === null || key in values || (root !== undefined && key.startsWith(joinPath(root, ''))))
      continue;
    const value = valueAt(values, key) === undefined ? valueAt(envelope, key) : undefined;
    if (value !== undefined) found[key] = value;
  }
  const stated = timeKey === undefined ? undefined : (valueAt(values, timeKey) ?? valueAt(envelope, timeKey));
  return {
    ...draft,
    values: { ...values, ...found },
    ...(stated !== undefined && stated !== null && { time: stated }),
  };
}

function tooMany(count: number) {
  return refuse({
    code: 'PAYLOAD_TOO_MANY_READINGS',
    message: `${count} readings or more in one message: send at most ${MAX_READINGS}`,
  });
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
