/** Under which keys devices write when they measured. Compared without case, blanks, `_` and `-`. */
import { isObject, type JsonObject } from '../base/json.ts';
import { foldKey } from '../sensors/kinds.ts';

/** In the order in which they are believed: what was measured before what was sent, before what was received. */
const TIME_KEYS: readonly string[] = [
  ...['time', 'ts', 'timestamp', 'measured_at', 'measured_time', 'measure_time', 'measurement_time', 'time_measured'],
  ...['sampled_at', 'sample_time', 'sampling_time', 'observed_at', 'observation_time', 'phenomenon_time'],
  ...['recorded_at', 'record_time', 'event_time', 'collected_at', 'collect_time', 'collection_time'],
  ...['acquisition_time', 'acquired_at', 'acq_time', 'data_time', 'date_time', 'device_time', 'utc_time', 'time_utc'],
  ...['time_stamp', 'epoch', 'epoch_time', 'unix_time', 'unix_timestamp', 'timestamp_ms', 'timestamp_utc', 'ts_ms'],
  ...['local_time', 'gps_time', 'rtc', 'rtc_time', 'reported_at', 'report_time', 'upload_time', 'uploaded_at'],
  ...['created_at', 'created', 'create_time', 'created_time', 'published_at', 'sent_at', 'send_time', 'sent_time'],
  ...['received_at', 'receive_time', 'received_time', 'updated_at', 'update_time', 'last_seen', 'date'],
  ...['采集时间', '测量时间', '监测时间', '数据时间', '时间', '上报时间', '时间戳'],
].map(foldKey);
const RANKS = new Map(TIME_KEYS.map((key, rank) => [key, rank]));
/** Inside of a container not these: `network.updated_at` is no time of measurement. */
const NOT_OF_CONTENTS = new Set(
  ['reported_at', 'report_time', 'upload_time', 'uploaded_at', 'published_at', 'sent_at', 'send_time', 'sent_time']
    .concat(['received_at', 'receive_time', 'received_time', 'updated_at', 'update_time', 'last_seen', 'date', 'rtc'])
    .map(foldKey),
);
const ONLY_BESIDE_VALUE = new Set(['t', 'at']);

const MAX_REMEMBERED = 2000;
const remembered = new Map<string, number>();

/** -1 where the key names no time. Firmware sends the same few keys for ever. */
function rankOf(key: string): number {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const rank = RANKS.get(foldKey(key)) ?? -1;
  if (remembered.size < MAX_REMEMBERED) remembered.set(key, rank);
  return rank;
}

export const isTimeKey = (key: string): boolean => rankOf(key) >= 0;

const isSaid = (value: unknown) =>
  value !== undefined && value !== null && value !== '' && !isObject(value) && !Array.isArray(value);

/** The measured time as the object says it; undefined when it does not. */
export function timeOf(object: JsonObject): unknown {
  if (isSaid(object.time) && !('date' in object)) return object.time;
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const key of Object.keys(object)) {
    const rank = rankOf(key);
    if (rank >= 0 && rank < bestRank && isSaid(object[key])) [best, bestRank] = [key, rank];
  }
  if (best === undefined) return undefined;
  return withDate(object, object[best]);
}

/** `{date: "2026-11-28", time: "08:00:00"}`: two keys, one time. */
function withDate(object: JsonObject, time: unknown): unknown {
  const date = Object.entries(object).find(([key]) => foldKey(key) === 'date')?.[1];
  if (typeof date !== 'string' || typeof time !== 'string' || !/^\d{1,2}:\d{2}/.test(time.trim())) return time;
  return `${date.trim()} ${time.trim()}`;
}

/** The key of a container that says when its contents were measured. */
export function timeKeyInContainer(object: JsonObject): string | undefined {
  return Object.keys(object).find((key) => isOfContents(key) && isSaid(object[key]));
}

/** The key beside a value that says when it was measured. */
export function timeKeyBesideValue(object: JsonObject): string | undefined {
  return Object.keys(object).find((key) => isTimeKeyBesideValue(key) && isSaid(object[key]));
}

export const isTimeKeyBesideValue = (key: string): boolean =>
  ONLY_BESIDE_VALUE.has(key.toLowerCase()) || isOfContents(key);

const isOfContents = (key: string) => rankOf(key) >= 0 && !NOT_OF_CONTENTS.has(foldKey(key));

/** Seconds since the measurement, for devices without a clock; the key is spelt in any case. */
export function ageOf(object: JsonObject): unknown {
  if (object.age !== undefined) return object.age;
  const key = Object.keys(object).find((name) => name.length === 3 && name.toLowerCase() === 'age');
  return key === undefined ? undefined : object[key];
}
