/** Time outside limits in words, and the unknown time: unmeasured time does not count as within limits. */
import { formatDuration } from '../../../sensors/format.ts';
import type { Point } from '../../../store/store.ts';
import { type LimitSpell, outsideOf } from '../charts/outside.ts';
import { useLanguage } from '../feed/app-context.ts';

const MINUTE = 60_000;

interface Props {
  readonly points: readonly Point[];
  readonly spells: readonly LimitSpell[];
  readonly from: number;
  readonly to: number;
  /** Points further apart are a gap. */
  readonly gapMs: number;
  /** End of validity of the newest point: a window extends beyond its start. */
  readonly holdsUntil?: number | undefined;
}

export function OutsideWords({ points, spells, from, to, gapMs, holdsUntil }: Props) {
  const { language, word } = useLanguage();
  const { outsideMs, unknownMs } = outsideOf(points, spells, gapMs, holdsUntil);
  const unmeasuredMs = unknownMs + edgesOf(points, from, to, gapMs);
  return (
    <span class={outsideMs > 0 ? 'outside some' : 'outside'}>
      {outsideMs < MINUTE ? (
        word(unmeasuredMs > 0 ? 'withinMeasured' : 'within')
      ) : (
        <>
          {word('outside')} <b>{formatDuration(outsideMs, language)}</b>
        </>
      )}
      {unmeasuredMs > 0 && ` · ${word('gap')} ${formatDuration(unmeasuredMs, language)}`}
    </span>
  );
}

/** Time without data before the first and after the last point. */
function edgesOf(points: readonly Point[], from: number, to: number, gapMs: number): number {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return to - from;
  return [first[0] - from, to - last[0]].filter((ms) => ms > gapMs).reduce((sum, ms) => sum + ms, 0);
}
