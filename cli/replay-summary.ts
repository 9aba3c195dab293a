/** Summarises a replayed file: how many rows were accepted, and why the others were not. */
import type { ReplayProgress } from '../simulators/replay.ts';

/** Error reports arrive shortly after the PUBACK. */
const QUIET_MS = 400;
const LONGEST_MS = 3000;

interface Report {
  readonly code?: string;
  readonly field?: string;
  readonly count?: number;
  readonly heldBack?: number;
  readonly message?: string;
}

interface Refused {
  count: number;
  readonly message: string;
}

export interface RefusalCount {
  note(report: string): void;
  /** Resolves once no more reports arrive. */
  quiet(): Promise<void>;
  /** By code and field. */
  readonly reasons: ReadonlyMap<string, Refused>;
  /** Number of further refusals: the rate of error reports to a device is limited. */
  readonly heldBack: number;
}

export function createRefusalCount(): RefusalCount {
  const reasons = new Map<string, Refused>();
  let heldBack = 0;
  let lastAt = performance.now();
  return {
    reasons,
    get heldBack() {
      return heldBack;
    },
    note(text) {
      const { code = '?', field = '', count = 1, heldBack: held = 0, message = '' } = JSON.parse(text) as Report;
      lastAt = performance.now();
      heldBack += held;
      // The value was accepted; the doubt is reported once.
      if (message.includes('is taken as')) return;
      const key = `${code} ${field}`.trim();
      const known = reasons.get(key);
      if (known === undefined) reasons.set(key, { count, message });
      else known.count += count;
    },
    async quiet() {
      const end = performance.now() + LONGEST_MS;
      lastAt = performance.now();
      while (performance.now() < end && performance.now() - lastAt < QUIET_MS)
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

/** `isComplete`: everything was accepted. */
export function summaryOf(
  { acknowledged, unreadable, empty }: Pick<ReplayProgress, 'acknowledged' | 'unreadable' | 'empty'>,
  { reasons, heldBack }: Pick<RefusalCount, 'reasons' | 'heldBack'>,
  keys: readonly string[],
  isStopped: boolean,
): { readonly text: string; readonly isComplete: boolean } {
  const rows = acknowledged + unreadable + empty;
  const all = [...reasons];
  const refused = all.reduce((sum, [, { count }]) => sum + count, heldBack);
  const isNothing = acknowledged === 0 || wholeReadings(all) >= acknowledged || refused >= acknowledged * keys.length;
  const lines = [
    ...(isNothing && !isStopped && rows > 0
      ? [
          `nothing of ${rows} rows was accepted: the columns sent were ${keys.join(', ')}; use field names of GET /api/v1/kinds, see --map`,
        ]
      : []),
    `${acknowledged} readings acknowledged, ${unreadable} rows without a readable time, ${empty} rows without a value${isStopped ? '; stopped, the same command continues' : ''}`,
    ...(refused > 0 ? [`${refused} values refused in ${rows} rows:`] : []),
    ...all.map(([what, { count, message }]) => `  refused ${count} × ${what}: ${message}`),
    ...(heldBack > 0 ? [`  refused ${heldBack} × for reasons that were not reported one by one: see quarantine`] : []),
  ];
  return { text: `${lines.join('\n')}\n`, isComplete: refused === 0 && unreadable === 0 && acknowledged > 0 };
}

/** Readings refused as a whole; unknown keys beside accepted values do not refuse a reading. */
function wholeReadings(all: readonly (readonly [string, Refused])[]): number {
  return all.reduce((sum, [what, { count, message }]) => {
    const isWhole = what.startsWith('FIELD_UNKNOWN') && !/other values were (taken|accepted)/.test(message);
    return isWhole || what.startsWith('TIME_') ? sum + count : sum;
  }, 0);
}
