/** The share of a chart window that was measured, and the number of doubtful readings left out. */
import { DOUBTS, type Flag } from '../../../sensors/flag.ts';
import type { Language } from '../../../sensors/format.ts';
import type { Point } from '../../../store/store.ts';
import type { LoadedSeries } from '../feed/api.ts';
import { say } from '../language/words.ts';

export interface Share {
  /** 0…1; absent if no regular values are expected. */
  readonly coverage?: number | undefined;
  readonly excluded: number;
  readonly isIncomplete: boolean;
}

/** By start of the window, epoch ms; empty for raw readings. */
export type Shares = ReadonlyMap<number, Share>;

export function sharesOf(series: LoadedSeries | undefined): Shares {
  if (series?.used === undefined) return new Map();
  const incomplete = new Set(series.incomplete);
  return new Map(
    series.points.map(([start], index) => [
      start,
      {
        coverage: series.coverage?.[index],
        excluded: series.excluded?.[index] ?? 0,
        isIncomplete: incomplete.has(start),
      },
    ]),
  );
}

/** The value of a window is good: its flags are those of the readings left out. */
export function withoutDoubts(points: readonly Point[]): readonly Point[] {
  return points.map((point) => {
    const [time, value, flags] = point;
    if (flags === undefined) return point;
    const others = flags.filter((flag: Flag) => !DOUBTS.includes(flag));
    return others.length === 0 ? [time, value] : [time, value, others];
  });
}

/** Empty where there is nothing to say. */
export function shareWords(share: Share | undefined, language: Language): string {
  if (share === undefined) return '';
  const parts: string[] = [];
  if (share.isIncomplete && share.coverage !== undefined)
    parts.push(`${say('covered', language)} ${Math.round(share.coverage * 100)} %`);
  if (share.excluded > 0) parts.push(`${say('leftOut', language)} ${share.excluded}`);
  return parts.join(language === 'zh' ? '，' : ', ');
}
