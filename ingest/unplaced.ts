/** The values of one message that no field takes, gathered into one quarantine record: all are kept, each key is told once. */
import type { QuarantineRecord, Rejection } from '../bus/rejection.ts';
import type { RawReading } from './decode.ts';
import { namesOf, type Unplaced } from './evaluate.ts';
import { keptPayload, type Part } from './reading-payload.ts';

export interface Kept {
  readonly reason: Rejection;
  readonly payload: Pick<QuarantineRecord, 'payload' | 'payloadEncoding'>;
  /** Keys that were not told before, and what is told of them. */
  readonly fresh: readonly string[];
  readonly told: readonly Rejection[];
}

export function createUnplaced() {
  const parts: Part[] = [];
  /** By key, the first of them. */
  const seen = new Map<string, Unplaced & { readonly position: number }>();
  let count = 0;

  return {
    get count() {
      return count;
    },
    /** `time` is the one that the reading got, so that a replay meets the same identity. */
    add(raw: RawReading, unplaced: readonly Unplaced[], time: number): void {
      if (unplaced.length === 0) return;
      count += unplaced.length;
      parts.push({ raw, time, values: Object.fromEntries(unplaced.map(({ key, value }) => [key, value])) });
      for (const each of unplaced) if (!seen.has(each.key)) seen.set(each.key, { ...each, position: raw.position });
    },
    /** Undefined: there were none. `isNew` says which keys were not told before. */
    finish(kind: string, isNew: (keys: readonly string[]) => readonly string[]): Kept | undefined {
      if (parts.length === 0) return undefined;
      const all = [...seen.values()];
      const fresh = isNew([...seen.keys()]);
      const told = reasonsOf(
        kind,
        all.filter(({ key }) => fresh.includes(key)),
      );
      const [reason = reasonsOf(kind, all)[0]] = told;
      return reason && { reason, payload: keptPayload(parts), fresh, told };
    },
  };
}

function reasonsOf(
  kind: string,
  unplaced: readonly (Unplaced & { readonly position: number })[],
): readonly Rejection[] {
  const unknown = unplaced.filter(({ code }) => code === 'FIELD_UNKNOWN');
  const [first] = unknown;
  const open = unplaced.filter(({ code }) => code === 'FIELD_AMBIGUOUS');
  return [
    ...(first === undefined
      ? []
      : [
          {
            code: first.code,
            field: first.key,
            position: first.position,
            message: `${kind} has no field for ${namesOf(unknown.map(({ key }) => key))}: the other values were taken, these are kept in quarantine; told once a key, ask for a mapping, then replay${twinHint(unknown)}`,
          },
        ]),
    ...open.map(({ code, key, position, message = '' }) => ({ code, field: key, position, message })),
  ];
}

const twinHint = (unknown: readonly Unplaced[]) =>
  unknown.some(({ key }) => /#\d+$/.test(key)) ? ' (#2: the key stood twice in one object)' : '';
