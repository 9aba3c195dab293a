/** Six hours on the target band: a curve without axes, broken at gaps. */

import { nightsBetween } from '../../../analysis/sun.ts';
import type { Limits } from '../../../sensors/limits.ts';
import { silentAfterMs } from '../../../sensors/silence.ts';
import type { Point } from '../../../store/store.ts';
import { boundsOf } from '../charts/bounds.ts';
import { SPARK_MS } from '../feed/sparks.ts';

const WIDTH = 240;
const HEIGHT = 44;

interface Props {
  readonly points: readonly Point[];
  readonly band?: Limits | undefined;
  readonly now: number;
  readonly intervalMs: number;
}

export function Sparkline({ points, band, now, intervalMs }: Props) {
  const from = now - SPARK_MS;
  const shown = points.filter(([time]) => time >= from);
  const [low, high] = boundsOf(
    shown.map(([, value]) => value),
    band,
  );
  const x = (time: number) => Math.round(((time - from) / SPARK_MS) * WIDTH * 10) / 10;
  const y = (value: number) => Math.round((2 + (1 - (value - low) / (high - low)) * (HEIGHT - 4)) * 10) / 10;
  const isInSight = (value: number | undefined): value is number => value !== undefined && value > low && value < high;
  const gapMs = silentAfterMs(intervalMs, 15 * 60_000);
  let path = '';
  let before = Number.NEGATIVE_INFINITY;
  for (const [time, value] of shown) {
    path += `${time - before > gapMs ? 'M' : 'L'}${x(time)} ${y(value)}`;
    before = time;
  }
  const last = shown.at(-1);
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {nightsBetween(from, now).map(([start, end]) => (
        <rect key={start} class="spark-night" x={x(start)} y="0" width={x(end) - x(start)} height={HEIGHT} />
      ))}
      {band?.target && (
        <rect
          class="spark-band"
          x="0"
          width={WIDTH}
          y={y(Math.min(band.target[1], high))}
          height={Math.max(0, y(Math.max(band.target[0], low)) - y(Math.min(band.target[1], high)))}
        />
      )}
      {[band?.warnBelow, band?.warnAbove].filter(isInSight).map((limit) => (
        <path key={`w${limit}`} class="strip-warning" d={`M0 ${y(limit)}H${WIDTH}`} />
      ))}
      {[band?.criticalBelow, band?.criticalAbove].filter(isInSight).map((limit) => (
        <path key={`c${limit}`} class="strip-critical" d={`M0 ${y(limit)}H${WIDTH}`} />
      ))}
      <path class="spark-line" d={path} />
      {last && <path class="spark-end" d={`M${x(last[0])} ${y(last[1])}h0`} />}
    </svg>
  );
}
