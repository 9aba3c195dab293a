/** What reports say of one field of one device over a window: extremes, mean, how long it was outside, how long nothing is known. */
import { statisticsOf } from '../analysis/statistics.ts';
import { above, below, lines } from '../analysis/stretch.ts';
import type { Span } from '../analysis/windows.ts';
import type { Field } from '../sensors/kind.ts';
import type { Limits } from '../sensors/limits.ts';
import type { KnownDevice, ReportContext } from './context.ts';

const MINUTE = 60_000;

export interface Extent extends Span {
  readonly mean?: number | undefined;
  readonly min?: number | undefined;
  readonly minAt?: number | undefined;
  readonly max?: number | undefined;
  readonly maxAt?: number | undefined;
  /** Minutes beyond warning and critical limits; undefined where there are none. */
  readonly warningMinutes?: number | undefined;
  readonly criticalMinutes?: number | undefined;
  readonly unknownMinutes: number;
  readonly coverage: number;
  readonly isComplete: boolean;
  readonly used: number;
  readonly excluded: number;
  readonly limits?: Limits | undefined;
  readonly profile?: string | undefined;
}

/** The whole time as one window, up to now at most. */
export async function extentOf(
  { analysis, clock, signal }: Pick<ReportContext, 'analysis' | 'clock' | 'signal'>,
  { device, kind }: KnownDevice,
  field: Field,
  { from, to: end }: Span,
): Promise<Extent | undefined> {
  const to = Math.min(end, clock());
  if (to <= from) return undefined;
  const [found] = await analysis.measure(
    { kind, device, from, to, window: 'whole', signal },
    field.name,
    (stretch, { intervalMs, limitsAt }) => {
      const names = ['mean', 'min', 'min_at', 'max', 'max_at'];
      const { values, knownMs } = statisticsOf(stretch, { field: field.name, names, intervalMs });
      const inForce = limitsAt(from);
      const limits = inForce?.limits;
      const segments = [...lines(stretch, field.name, intervalMs)];
      const outside = (low: number | undefined, high: number | undefined) =>
        low === undefined && high === undefined
          ? undefined
          : ((low === undefined ? 0 : below(segments, low).ms) + (high === undefined ? 0 : above(segments, high).ms)) /
            MINUTE;
      return {
        ...{ mean: values.mean, min: values.min, minAt: values.min_at, max: values.max, maxAt: values.max_at },
        ...{ limits, profile: inForce?.profile, knownMs },
        warningMinutes: outside(limits?.warnBelow, limits?.warnAbove),
        criticalMinutes: outside(limits?.criticalBelow, limits?.criticalAbove),
        unknownMinutes: (to - from - knownMs) / MINUTE,
      };
    },
  );
  if (found === undefined) return undefined;
  const { found: measures, ...window } = found;
  const { coverage = 0, isComplete = false } = window;
  return { ...measures, ...window, coverage, isComplete };
}
