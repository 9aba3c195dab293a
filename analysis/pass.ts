/** One pass over the readings of a device in order of time: each window is measured when it is over, so that memory holds one window. */
import { DaoyuError } from '../base/errors.ts';
import { isDoubtful } from '../sensors/flag.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Sample, Stretch } from './stretch.ts';
import type { Span } from './windows.ts';

export interface Windowed<T> extends Span {
  /** Good values of the leading field, and doubtful ones that were left out. */
  readonly used: number;
  readonly excluded: number;
  readonly found: T;
}

export interface Pass<T> {
  /** Without the first a reading is passed over. */
  readonly fields: readonly string[];
  /** In order of time, without overlap. */
  readonly windows: readonly Span[];
  /** Called once a window, in order of time. */
  readonly measure: (stretch: Stretch) => T;
}

/** A value a second for a month is less. */
const MOST_SAMPLES = 3_000_000;

/** The readings begin before the first window and end behind the last one, by as much as a gap that is bridged. */
export async function measured<T>(
  readings: AsyncIterable<Pick<Reading, 'time' | 'values' | 'flags'>>,
  { fields, windows, measure }: Pass<T>,
): Promise<readonly Windowed<T>[]> {
  const [leading = ''] = fields;
  const excluded = windows.map(() => 0);
  const results: Windowed<T>[] = [];
  let before: Sample | undefined;
  let last: Sample | undefined;
  let inside: Sample[] = [];

  function close(after?: Sample): void {
    const window = windows[results.length];
    if (window === undefined) return;
    const found = measure({ ...window, before, inside, after });
    results.push({ ...window, used: inside.length, excluded: excluded[results.length] ?? 0, found });
    before = last;
    inside = [];
  }

  for await (const { time, values, flags } of readings) {
    if (values[leading] === undefined) continue;
    if (isDoubtful(flags?.[leading])) {
      const index = windows.findIndex(({ from, to }) => time >= from && time < to);
      if (index >= 0) excluded[index] = (excluded[index] ?? 0) + 1;
      continue;
    }
    const sample = { time, values: goodOf(fields, values, flags) };
    while (time >= (windows[results.length]?.to ?? Number.POSITIVE_INFINITY)) close(sample);
    const window = windows[results.length];
    if (window === undefined) break;
    last = sample;
    if (time < window.from) before = sample;
    else if (inside.push(sample) > MOST_SAMPLES)
      throw new DaoyuError(
        'QUERY_TOO_LARGE',
        `a window holds more than ${MOST_SAMPLES} values: ask for shorter windows`,
      );
  }
  while (results.length < windows.length) close();
  return results;
}

function goodOf(fields: readonly string[], values: Reading['values'], flags: Reading['flags']): Sample['values'] {
  const good: Record<string, number> = {};
  for (const field of fields) {
    const value = values[field];
    if (value !== undefined && !isDoubtful(flags?.[field])) good[field] = value;
  }
  return good;
}
