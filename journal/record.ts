/**
 * What people write down of the past: an event, a correction. A record is never changed; a later one supersedes it, and what was known on any day can
 * be asked for.
 */

export interface JournalRecord {
  /** Made by whoever enters it, so that a resend is the same record: 8 to 64 of A-Z a-z 0-9 - . */
  readonly id: string;
  readonly park: string;
  readonly site: string;
  /** Absent: the whole site. */
  readonly device?: string;
  /** Epoch ms of what happened, however late it is written down. */
  readonly at: number;
  /** Epoch ms, exclusive; absent: a moment. */
  readonly until?: number;
  readonly by: string;
  readonly note?: string;
  /** Epoch ms when it was written down: the platform's clock. */
  readonly recordedAt: number;
  /** Id of the record that it takes the place of. */
  readonly supersedes?: string;
  /** It takes the place of another by nothing. */
  readonly isWithdrawn?: true;
}

export const RECORD_ID = /^[A-Za-z0-9-]{8,64}$/;

/** Records that count at a time of knowledge: written down by then, and not superseded by one that was. */
export function inForce<T extends JournalRecord>(records: Iterable<T>, asOf = Number.POSITIVE_INFINITY): T[] {
  const known = [...records].filter(({ recordedAt }) => recordedAt <= asOf);
  const superseded = new Set(known.flatMap(({ supersedes }) => supersedes ?? []));
  return known.filter(({ id, isWithdrawn }) => !superseded.has(id) && !isWithdrawn).sort(byTime);
}

/** Of two of one moment the one that was written down first. */
export function byTime(one: JournalRecord, other: JournalRecord): number {
  return one.at - other.at || one.recordedAt - other.recordedAt || (one.id < other.id ? -1 : 1);
}

/** Whether any of it lies from (inclusive) to (exclusive). */
export function touches({ at, until }: JournalRecord, from: number, to: number): boolean {
  return at < to && (until === undefined ? at >= from : until > from);
}
