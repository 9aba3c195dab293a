/** An entry of the log that holds a record: subject `daoyu.journal.{park}`. Anyone may write there, so its shape is checked. */
import { isObject } from '../base/json.ts';
import { SLUG } from '../base/topics.ts';
import { type JournalRecord, RECORD_ID } from './record.ts';

export const RECORD_TYPES = ['event', 'correction'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface JournalEntry {
  readonly version: 1;
  readonly is: RecordType;
  readonly record: JournalRecord;
}

/** Undefined if it is not one of ours. */
export function parseJournalEntry(data: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== 1 || !RECORD_TYPES.some((type) => type === value.is)) return undefined;
  return isRecord(value.record) ? (value as unknown as JournalEntry) : undefined;
}

function isRecord(record: unknown): boolean {
  if (!isObject(record)) return false;
  const { id, park, site, at, by, recordedAt, until, supersedes } = record;
  if (![park, site].every((name) => typeof name === 'string' && SLUG.test(name))) return false;
  if (typeof id !== 'string' || !RECORD_ID.test(id) || typeof by !== 'string') return false;
  if (supersedes !== undefined && typeof supersedes !== 'string') return false;
  return Number.isFinite(at) && Number.isFinite(recordedAt) && (until === undefined || Number.isFinite(until));
}

export const recordPrefix = (type: RecordType) => `journal/${type}/`;
export const recordKey = (type: RecordType, { park, id }: Pick<JournalRecord, 'park' | 'id'>) =>
  `${recordPrefix(type)}${park}/${id}`;
