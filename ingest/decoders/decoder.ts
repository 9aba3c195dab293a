/** The contract of a payload format: one file in this folder says everything the platform knows about it. A new one is that file and a line in `table.ts`. */
import { isObject, type JsonObject } from '../../base/json.ts';
import type { Rejection } from '../../bus/rejection.ts';
import type { Mapping } from '../../registry/mapping.ts';
import type { Outcome } from '../json.ts';
import { isMetadata } from '../metadata.ts';
import { timeOf } from '../time-keys.ts';
import type { DecoderMemory } from './decoder-memory.ts';

export interface DecodeContext {
  readonly mapping?: Mapping | undefined;
  /** What follows the device in the topic: `telemetry`, `telemetry/senml`… */
  readonly channel?: string;
  /** Epoch ms; times relative to the receipt count from it. */
  readonly receivedAt?: number;
  /** Of the device's earlier messages; a decoder adds to it. */
  readonly memory?: DecoderMemory;
}

/** What a device wrote of one measurement, before anything is known of its keys. */
export interface Draft {
  readonly time?: unknown;
  readonly age?: unknown;
  readonly seq?: unknown;
  /** May be nested; `{value, unit, time}` is one value. */
  readonly values: JsonObject;
  /** Where the values stood in the message: a mapping may name `object.depth` as well as `depth`. */
  readonly root?: string;
  /** The message around the values: known to describe it and measure nothing, so only a mapping takes something out of it. */
  readonly envelope?: JsonObject;
  /** Of times that the format defines as local; a mapping's own wins. */
  readonly utcOffsetMinutes?: number;
  /** Understood, and not to be stored. */
  readonly refusal?: Rejection;
}

/** Undefined: not this format. */
export interface Decoder {
  /** As `envelope` in a mapping. */
  readonly name: string;
  /** Numbers come as texts in this format. */
  readonly acceptsTexts?: true;
  /** `auto` does not try it: nothing in the message tells it from others. */
  readonly isNamedOnly?: true;
  /** Another notation of the same values as JSON has: what it holds is recognised like JSON. */
  readonly parse?: (bytes: Uint8Array) => Outcome<unknown> | undefined;
  readonly fromBytes?: (bytes: Uint8Array, context: DecodeContext) => Outcome<readonly Draft[]> | undefined;
  /** The message as one JSON value. */
  readonly fromValue?: (value: unknown, context: DecodeContext) => Outcome<readonly Draft[]> | undefined;
  /** One object of the message; an array of such objects is a backlog. */
  readonly fromObject?: (object: JsonObject, context: DecodeContext) => readonly Draft[] | undefined;
}

/** What stands beside the members of a wrapping: a device put it there, so it counts like the rest. */
export function beside(object: JsonObject, known: readonly string[]): JsonObject {
  const rest = Object.entries(object).filter(([key]) => !known.includes(key));
  return Object.fromEntries(rest);
}

/** Whether anything in there could be a value: not only what a message says of itself. */
export const hasContents = (object: JsonObject): boolean =>
  Object.entries(object).some(([key, value]) => {
    if (isObject(value)) return hasContents(value);
    return Array.isArray(value) ? value.length > 0 : !isMetadata(key);
  });

/** The drafts, and what stands around them as one of its own where it could measure anything. */
export const withRest = (drafts: readonly Draft[], rest: JsonObject): readonly Draft[] =>
  hasContents(rest) ? [...drafts, { values: rest, time: timeOf(rest) }] : drafts;

/** The first object of a list. */
export function firstOf(list: unknown): JsonObject | undefined {
  if (!Array.isArray(list)) return undefined;
  const [first] = list as readonly unknown[];
  return isObject(first) ? first : undefined;
}

/** Puts values of one time together, in the order in which the times came. */
export function gatherByTime() {
  const byTime = new Map<unknown, Map<string, unknown>[]>();
  return {
    add(time: unknown, key: string, value: unknown) {
      const sets = byTime.get(time) ?? [];
      byTime.set(time, sets);
      // The same key and time again is another word on it: a reading of its own, so that it is held against the first.
      let set = sets.find((each) => !each.has(key));
      if (set === undefined) {
        set = new Map();
        sets.push(set);
      }
      set.set(key, value);
    },
    /** What the message says of itself alone is no reading beside the others. */
    drafts(more: Omit<Draft, 'time' | 'values'> = {}): readonly Draft[] {
      const all = [...byTime].flatMap(([time, sets]) =>
        sets.map((set) => ({ ...more, time, values: Object.fromEntries(set) })),
      );
      const full = all.filter(({ values }) => hasContents(values));
      return full.length === 0 ? all : full;
    },
  };
}

/** For a message that is understood and holds nothing to store. */
export function nothing(values: JsonObject, message: string): Draft {
  return { values, refusal: { code: 'READING_EMPTY', message } };
}
