/**
 * What people record about the past: an event, a correction. A record never changes; a later one supersedes it, so that one can ask what was known
 * on any day.
 */

export interface JournalRecord {
  /** Chosen by the client, so that a resend is the same record: 8 to 64 of A-Z a-z 0-9 - . */
  readonly id: string;
  readonly park: string;
  readonly site: string;
  /** Absent: the whole site. */
  readonly device?: string;
  /** Epoch ms of when it happened, however late it is recorded. */
  readonly at: number;
  /** Epoch ms, exclusive; absent: a moment. */
  readonly until?: number;
  readonly by: string;
  readonly note?: string;
  /** Epoch ms of when it was recorded, by the platform's clock. */
  readonly recordedAt: number;
  /** Id of the record it supersedes. */
  readonly supersedes?: string;
  /** Withdraws the record it supersedes. */
  readonly isWithdrawn?: true;
}

export const RECORD_ID = /^[A-Za-z0-9-]{8,64}$/;

/** Records in force at a time of knowledge: recorded by then, and not superseded by one recorded by then. */
export function inForce<T extends JournalRecord>(records: Iterable<T>, asOf = Number.POSITIVE_INFINITY): T[] {
  const known = [...records].filter(({ recordedAt }) => recordedAt <= asOf);
  const superseded = new Set(known.flatMap(({ supersedes }) => supersedes ?? []));
  return known.filter(({ id, isWithdrawn }) => !superseded.has(id) && !isWithdrawn).sort(byTime);
}

/** By time, then by time of recording, then by id. */
export function byTime(one: JournalRecord, other: JournalRecord): number {
  return one.at - other.at || one.recordedAt - other.recordedAt || (one.id < other.id ? -1 : 1);
}

/** Whether it overlaps the range from (inclusive) to (exclusive). */
export function touches({ at, until }: JournalRecord, from: number, to: number): boolean {
  return at < to && (until === undefined ? at >= from : until > from);
}
