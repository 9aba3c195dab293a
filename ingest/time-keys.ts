/** Keys under which devices write the time of measurement. Compared without case, blanks, `_` and `-`. */
import { isObject, type JsonObject } from '../base/json.ts';
import { foldKey } from '../sensors/kinds.ts';

/** By precedence: time of measurement, then of sending, then of receipt. */
const TIME_KEYS: readonly string[] = [
  ...['time', 'ts', 'timestamp', 'measured_at', 'measured_time', 'measure_time', 'measurement_time', 'time_measured'],
  ...['sampled_at', 'sample_time', 'sampling_time', 'observed_at', 'observation_time', 'phenomenon_time'],
  ...['recorded_at', 'record_time', 'event_time', 'collected_at', 'collect_time', 'collection_time'],
  ...['acquisition_time', 'acquired_at', 'acq_time', 'data_time', 'date_time', 'device_time', 'utc_time', 'time_utc'],
  ...['time_stamp', 'epoch', 'epoch_time', 'unix_time', 'unix_timestamp', 'timestamp_ms', 'timestamp_utc', 'ts_ms'],
  ...['local_time', 'gps_time', 'rtc', 'rtc_time', 'reported_at', 'report_time', 'upload_time', 'uploaded_at'],
  ...['created_at', 'created', 'create_time', 'created_time', 'published_at', 'sent_at', 'send_time', 'sent_time'],
  ...['received_at', 'receive_time', 'received_time', 'updated_at', 'update_time', 'last_seen', 'date'],
  ...['datetime_utc', 'utc_datetime', 'date_utc'],
  ...['采集时间', '测量时间', '监测时间', '数据时间', '时间', '上报时间', '时间戳'],
].map(foldKey);
const RANKS = new Map(TIME_KEYS.map((key, rank) => [key, rank]));
/** Ignored inside a container: `network.updated_at` is not a time of measurement. */
const NOT_OF_CONTENTS = new Set(
  ['reported_at', 'report_time', 'upload_time', 'uploaded_at', 'published_at', 'sent_at', 'send_time', 'sent_time']
    .concat(['received_at', 'receive_time', 'received_time', 'updated_at', 'update_time', 'last_seen', 'date', 'rtc'])
    .map(foldKey),
);
const ONLY_BESIDE_VALUE = new Set(['t', 'at']);

const MAX_REMEMBERED = 2000;
const remembered = new Map<string, number>();

/** Precedence of a key; -1 if it names no time. Cached, since firmware always sends the same few keys. */
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

/** The time of measurement in this object, unparsed; undefined if there is none. */
export function timeOf(object: JsonObject): unknown {
  if (isSaid(object.time) && !('date' in object) && !('日期' in object)) return object.time;
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const key of Object.keys(object)) {
    const rank = rankOf(key);
    if (rank >= 0 && rank < bestRank && isSaid(object[key])) [best, bestRank] = [key, rank];
  }
  if (best === undefined) return undefined;
  const time = withDate(object, object[best]);
  return UTC_KEY.test(foldKey(best)) ? inUtc(time) : time;
}

/** A key that says so itself: `utc_time`, `timestamp_utc`, `dateutc`. */
const UTC_KEY = /^(?:utc|gmt)|(?:utc|gmt)$/;
const WITHOUT_ZONE = /\d[T _]{1,2}\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?$/;

/** The offset of the mapping is that of local times. */
const inUtc = (time: unknown) =>
  typeof time === 'string' && WITHOUT_ZONE.test(time.trim()) ? `${time.trim()}Z` : time;

const DATE_KEYS = new Set(['date', '日期']);

/** Joins date and time: `{date: "2026-11-28", time: "08:00:00"}`. */
function withDate(object: JsonObject, time: unknown): unknown {
  const date = Object.entries(object).find(([key]) => DATE_KEYS.has(foldKey(key)))?.[1];
  if (typeof date !== 'string' || typeof time !== 'string' || !/^\d{1,2}:\d{2}/.test(time.trim())) return time;
  return `${date.trim()} ${time.trim()}`;
}

/** Whether this key of a container holds the time of its contents. */
export function timeKeyInContainer(object: JsonObject): string | undefined {
  return Object.keys(object).find((key) => isOfContents(key) && isSaid(object[key]));
}

/** Whether this key beside a value holds its time. */
export function timeKeyBesideValue(object: JsonObject): string | undefined {
  return Object.keys(object).find((key) => isTimeKeyBesideValue(key) && isSaid(object[key]));
}

export const isTimeKeyBesideValue = (key: string): boolean =>
  ONLY_BESIDE_VALUE.has(key.toLowerCase()) || isOfContents(key);

const isOfContents = (key: string) => rankOf(key) >= 0 && !NOT_OF_CONTENTS.has(foldKey(key));

/** Seconds since the measurement, sent by devices without a clock; ignores the case of the key. */
export function ageOf(object: JsonObject): unknown {
  if (object.age !== undefined) return object.age;
  const key = Object.keys(object).find((name) => name.length === 3 && name.toLowerCase() === 'age');
  return key === undefined ? undefined : object[key];
}
