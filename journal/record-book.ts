/** Records of one type: written to the log, then to the shared state, where they stay; every process that serves queries holds them in memory. */
import { isDeepStrictEqual } from 'node:util';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { Kv } from '../kv/kv.ts';
import { type JournalEntry, type RecordType, recordKey, recordPrefix } from './entry.ts';
import type { JournalRecord } from './record.ts';

export interface RecordBook<T extends JournalRecord> {
  /**
   * Resolves once the record is on the log, with the time it was recorded. The same record again changes nothing and returns the stored one. Rejects with
   * `RECORD_ID_REUSED`, `RECORD_UNKNOWN` (the one it supersedes), `RECORD_SUPERSEDED` (by another record already), `BUS_FULL`, `BUS_UNAVAILABLE`.
   */
  add(record: Omit<T, 'recordedAt'>): Promise<T>;
  /** All records, superseded ones included, in no particular order. */
  all(): Iterable<T>;
  close(): Promise<void>;
}

export interface RecordBookOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly kv: Kv;
  readonly clock: () => number;
  readonly log: Log;
}

export async function openRecordBook<T extends JournalRecord>(
  type: RecordType,
  { bus, kv, clock, log }: RecordBookOptions,
): Promise<RecordBook<T>> {
  const records = new Map<string, T>();
  const keyOf = (record: Pick<JournalRecord, 'park' | 'id'>) => recordKey(type, record);
  const stop = await kv.watch<T>(recordPrefix(type), ({ key, item }) => {
    if (item === undefined) records.delete(key);
    else records.set(key, item.value);
  });
  for await (const { key, value } of kv.list<T>(recordPrefix(type))) records.set(key, value);
  let turn: Promise<unknown> = Promise.resolve();

  async function find(record: Pick<JournalRecord, 'park' | 'id'>): Promise<T | undefined> {
    return (await kv.get<T>(keyOf(record)))?.value;
  }

  async function add(given: Omit<T, 'recordedAt'>): Promise<T> {
    const known = await find(given);
    if (known !== undefined) return sameAs(known, given);
    if (given.supersedes !== undefined) await checkSuperseded(given, given.supersedes);
    // Later than the record it supersedes, even if the clock of this process is behind.
    const superseded = given.supersedes && (await find({ park: given.park, id: given.supersedes }));
    const recordedAt = Math.max(clock(), superseded ? superseded.recordedAt + 1 : 0);
    const record = { ...given, recordedAt } as T;
    const entry: JournalEntry = { version: 1, is: type, record };
    // The log first: after this the record is durable, even if this process dies.
    await bus.append([
      { subject: subjects.journal(record.park), data: JSON.stringify(entry), id: `journal:${type}:${record.id}` },
    ]);
    await kv.put(keyOf(record), record, 0).catch((error: unknown) => {
      // Copied from the log already, or it will be.
      if (codeOf(error) !== 'STATE_CONFLICT')
        log.warn({ code: codeOf(error) }, 'a record is on the log but not yet in the shared state');
    });
    records.set(keyOf(record), record);
    return record;
  }

  async function checkSuperseded({ park }: Pick<JournalRecord, 'park'>, id: string): Promise<void> {
    if ((await find({ park, id })) === undefined)
      throw new DaoyuError('RECORD_UNKNOWN', `park ${park} has no ${type} ${id} to supersede`);
    const other = [...records.values()].find((each) => each.park === park && each.supersedes === id);
    if (other !== undefined)
      throw new DaoyuError('RECORD_SUPERSEDED', `${type} ${id} has been superseded by ${other.id}: supersede that one`);
  }

  return {
    add(record) {
      // One at a time, so that two records superseding the same one cannot both pass the check in this process.
      const mine = turn.then(() => add(record));
      turn = mine.catch(() => {});
      return mine;
    },
    all: () => records.values(),
    async close() {
      await turn;
      stop();
    },
  };
}

function sameAs<T extends JournalRecord>(known: T, given: Omit<T, 'recordedAt'>): T {
  const { recordedAt: _, ...rest } = known;
  if (isDeepStrictEqual(rest, JSON.parse(JSON.stringify(given)))) return known;
  throw new DaoyuError(
    'RECORD_ID_REUSED',
    `the id ${known.id} belongs to another record of park ${known.park}: give a new record a new id; to change one, supersede it`,
  );
}
