/** Which interlock stands against switching something, by what was measured last. */
import { isDoubtful } from './flag.ts';
import type { Interlock, Kind } from './kind.ts';
import type { Reading } from './reading.ts';
import { holds } from './terms.ts';

export interface MeasuredLast extends Pick<Reading, 'time' | 'values' | 'flags'> {
  /** Measured times of fields that are older than the newest reading. */
  readonly olderFields?: Readonly<Record<string, number>>;
}

/** An old value says nothing of now: after so many intervals without one nothing is locked. */
const FRESH_INTERVALS = 3;

/** `value` is the body of the command. Undefined: nothing stands against it. */
export function interlockOf(
  kind: Pick<Kind, 'controls'>,
  command: string,
  value: unknown,
  {
    latest,
    intervalMs,
    now,
  }: { readonly latest: MeasuredLast | undefined; readonly intervalMs: number; readonly now: number },
): Interlock | undefined {
  const control = kind.controls?.find((each) => each.command === command);
  const isOn = typeof value === 'object' && value !== null ? (value as { readonly on?: unknown }).on : undefined;
  if (control === undefined || latest === undefined || typeof isOn !== 'boolean') return undefined;
  const fresh = { value: (field: string) => freshValue(latest, field, intervalMs, now) };
  return control.interlocks?.find((lock) => lock.isOn === isOn && lock.terms.every((term) => holds(term, fresh)));
}

/** A value that says something of now: measured lately, and not doubted. */
export function freshValue(
  latest: MeasuredLast | undefined,
  field: string,
  intervalMs: number,
  now: number,
): number | undefined {
  if (latest === undefined || isDoubtful(latest.flags?.[field])) return undefined;
  const time = latest.olderFields?.[field] ?? latest.time;
  return now - time <= FRESH_INTERVALS * intervalMs ? latest.values[field] : undefined;
}
