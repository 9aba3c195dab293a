/** Collects the values of a message that belong to no field into one quarantine record; each key is reported once. */
import type { QuarantineRecord, Rejection } from '../bus/rejection.ts';
import type { RawReading } from './decode.ts';
import { namesOf, type Unplaced } from './evaluate.ts';
import { keptPayload, type Part } from './reading-payload.ts';

export interface Kept {
  readonly reason: Rejection;
  readonly payload: Pick<QuarantineRecord, 'payload' | 'payloadEncoding'>;
  /** Keys not reported before, and their reports. */
  readonly fresh: readonly string[];
  readonly told: readonly Rejection[];
}

export function createUnplaced() {
  const parts: Part[] = [];
  /** The first value of each key. */
  const seen = new Map<string, Unplaced & { readonly position: number }>();
  let count = 0;

  return {
    get count() {
      return count;
    },
    /** `time` is that of the stored reading, so that a replay gives the same identity. */
    add(raw: RawReading, unplaced: readonly Unplaced[], time: number): void {
      if (unplaced.length === 0) return;
      count += unplaced.length;
      parts.push({ raw, time, values: Object.fromEntries(unplaced.map(({ key, value }) => [key, value])) });
      for (const each of unplaced) if (!seen.has(each.key)) seen.set(each.key, { ...each, position: raw.position });
    },
    /** Undefined if there are none. `isNew` returns the keys not reported before. */
    finish(kind: string, isNew: (keys: readonly string[]) => readonly string[]): Kept | undefined {
      if (parts.length === 0) return undefined;
      const all = [...seen.values()];
      const fresh = isNew([...seen.keys()]);
      const told = reasonsOf(
        kind,
        all.filter(({ key }) => fresh.includes(key)),
      );
      const [reason = reasonOfUnplaced(kind, all)] = told;
      return reason && { reason, payload: keptPayload(parts), fresh, told };
    },
  };
}

/** Of a record that holds these, when their keys were reported before. */
export function reasonOfUnplaced(
  kind: string,
  unplaced: readonly (Unplaced & { readonly position: number })[],
): Rejection | undefined {
  return reasonsOf(kind, unplaced)[0];
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
            message: `${kind} has no field for ${namesOf(unknown.map(({ key }) => key))}: the other values were accepted, these are kept in quarantine; reported once per key; ask for a mapping, then replay${twinHint(unknown)}`,
          },
        ]),
    ...open.map(({ code, key, position, message = '' }) => ({ code, field: key, position, message })),
  ];
}

const twinHint = (unknown: readonly Unplaced[]) =>
  unknown.some(({ key }) => /#\d+$/.test(key)) ? ' (#2: the key is twice in one object)' : '';
