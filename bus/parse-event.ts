/** Reads the entries of the log; anyone may have written there, so their shape is checked. */

import { isObject } from '../base/json.ts';
import type { JudgedReading } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { Delivery } from './bus.ts';
import type { QuarantineRecord } from './rejection.ts';

export interface LogEntry {
  readonly readings: readonly Reading[];
  /** The same, packed where this process judged them. */
  readonly judged: readonly JudgedReading[];
  readonly records: readonly QuarantineRecord[];
  readonly tallies: readonly Tally[];
}

/** Undefined when it is none of ours. */
export function parseEntry(data: string): LogEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== 1) return undefined;
  const { readings = [], records = [], tallies = [] } = value;
  if (!isList(readings, isReading) || !isList(records, isRecord) || !isList(tallies, isTally)) return undefined;
  return { readings, judged: readings, records, tallies };
}

/** Of a delivery: as it was handed over, or out of its text. */
export function entryOf({ data, parsed }: Pick<Delivery, 'data' | 'parsed'>): LogEntry | undefined {
  return parsed === undefined ? parseEntry(data) : parsed();
}

const TALLIES = ',"tallies":[';

/** Of a delivery, without reading its text where that is known. */
export function talliesOf({ data, parsed }: Pick<Delivery, 'data' | 'parsed'>): readonly Tally[] {
  return parsed === undefined ? parseTallies(data) : parsed().tallies;
}

/** Only the tallies, without reading what was counted: in our own entries they come last, and inside a text the quotes would be escaped. */
export function parseTallies(data: string): readonly Tally[] {
  const start = data.lastIndexOf(TALLIES);
  if (start < 0) return [];
  try {
    const { tallies } = JSON.parse(`{${data.slice(start + 1)}`) as { readonly tallies: unknown };
    if (isList(tallies, isTally)) return tallies;
  } catch {
    // Written by somebody else, with something behind the tallies.
  }
  return parseEntry(data)?.tallies ?? [];
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isReading(item: unknown): item is Reading {
  if (!isObject(item)) return false;
  const { park, site, device, kind, time, receivedAt, values } = item;
  if (typeof park !== 'string' || typeof site !== 'string') return false;
  if (typeof device !== 'string' || typeof kind !== 'string') return false;
  if (!Number.isFinite(time) || !Number.isFinite(receivedAt) || !isObject(values)) return false;
  // A text among the values would make a store refuse the whole batch, again and again.
  for (const name in values) if (!Number.isFinite(values[name])) return false;
  return true;
}

function isRecord(item: unknown): item is QuarantineRecord {
  return isObject(item) && typeof item.id === 'string' && isObject(item.reason);
}

function isTally(item: unknown): item is Tally {
  if (!isObject(item)) return false;
  const { park, device, received, duplicate, quarantined } = item;
  if (typeof park !== 'string' || typeof device !== 'string') return false;
  return [received, duplicate, quarantined].every((count) => Number.isSafeInteger(count));
}
