/** What became of a replayed file: how many rows of all were taken, and why the others were not. */
import type { ReplayProgress } from '../simulators/replay.ts';

/** Reports come a moment after the PUBACK. */
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
  /** Resolves once no report has come for a moment. */
  quiet(): Promise<void>;
  /** By code and field. */
  readonly reasons: ReadonlyMap<string, Refused>;
  /** Reported by number only: a device is told so many reasons a minute. */
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
      // Taken, with a doubt that is told once.
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

/** `isComplete`: everything was taken. */
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
          `nothing was taken of ${rows} rows: the columns sent were ${keys.join(', ')}; expected are field names of GET /api/v1/kinds, see --map`,
        ]
      : []),
    `${acknowledged} readings acknowledged, ${unreadable} rows without a readable time, ${empty} rows without a value${isStopped ? '; stopped, the same command goes on' : ''}`,
    ...(refused > 0 ? [`${refused} values refused in ${rows} rows:`] : []),
    ...all.map(([what, { count, message }]) => `  refused ${count} × ${what}: ${message}`),
    ...(heldBack > 0 ? [`  refused ${heldBack} × for reasons that were not told one by one: see quarantine`] : []),
  ];
  return { text: `${lines.join('\n')}\n`, isComplete: refused === 0 && unreadable === 0 && acknowledged > 0 };
}

/** Unknown keys beside values that were taken do not refuse a reading. */
function wholeReadings(all: readonly (readonly [string, Refused])[]): number {
  return all.reduce((sum, [what, { count, message }]) => {
    const isWhole = what.startsWith('FIELD_UNKNOWN') && !/other values were (taken|accepted)/.test(message);
    return isWhole || what.startsWith('TIME_') ? sum + count : sum;
  }, 0);
}
