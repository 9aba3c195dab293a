/** Converts a raw reading to a quarantine payload and back, keeping paths and time for a replay. */
import { isObject, type JsonObject } from '../base/json.ts';
import type { QuarantineRecord } from '../bus/rejection.ts';
import type { RawReading } from './decode.ts';

type Payload = Pick<QuarantineRecord, 'payload' | 'payloadEncoding'>;

/** Distinguishes payloads that we wrote from those of devices. */
const MARK = 'daoyu.kept';

interface Kept {
  readonly [MARK]: 1;
  readonly readings: readonly KeptReading[];
}

export interface KeptReading {
  readonly time?: unknown;
  readonly age?: unknown;
  readonly seq?: unknown;
  readonly root?: string;
  /** Its format writes numbers as texts. */
  readonly texts?: true;
  readonly utcOffsetMinutes?: number;
  readonly values: JsonObject;
}

/** One reading as an object of its own. `assigned` is the time given to a reading without one, so that a replay gives the same identity. */
export function readingPayload(raw: RawReading, assigned?: number): Payload {
  const { values, time, age, seq, root, isVendors, utcOffsetMinutes } = raw;
  const isPlain =
    root === undefined &&
    !isVendors &&
    utcOffsetMinutes === undefined &&
    (time === undefined || time === values.time || time === values.ts || time === values.timestamp) &&
    age === values.age;
  if (!isPlain) return keptPayload([{ raw, time: time ?? assigned, values }]);
  const object = { ...(time === undefined && assigned !== undefined && { time: assigned }), ...values };
  return { payload: JSON.stringify({ seq, ...object }), payloadEncoding: 'utf8' };
}

export interface Part {
  readonly raw: Pick<RawReading, 'age' | 'seq' | 'root' | 'isVendors' | 'utcOffsetMinutes'>;
  readonly time: unknown;
  readonly values: JsonObject;
}

/** The unplaced values of the readings of one message. */
export function keptPayload(parts: readonly Part[]): Payload {
  const readings = parts.map(({ raw, time, values }): KeptReading => {
    const { age, seq, root, isVendors, utcOffsetMinutes } = raw;
    return {
      ...(time === undefined ? { age } : { time }),
      ...(seq !== undefined && { seq }),
      ...(root !== undefined && { root }),
      ...(isVendors && { texts: true }),
      ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
      values,
    };
  });
  const kept: Kept = { [MARK]: 1, readings };
  return { payload: JSON.stringify(kept), payloadEncoding: 'utf8' };
}

/** Undefined if the payload was not written by us. */
export function keptReadings(value: unknown): readonly KeptReading[] | undefined {
  if (!isObject(value) || value[MARK] !== 1 || !Array.isArray(value.readings)) return undefined;
  return value.readings.filter((each): each is KeptReading => isObject(each) && isObject(each.values));
}
