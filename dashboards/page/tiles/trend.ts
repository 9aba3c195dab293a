/** Change per hour over the last hour, by least squares; undefined with too little data. */
import type { Point } from '../../../store/store.ts';

const HOUR = 3_600_000;
const SHORTEST_MS = 20 * 60_000;

export function trendPerHour(points: readonly Point[], now: number): number | undefined {
  const recent = points.filter(([time]) => time > now - HOUR && time <= now + 60_000);
  const first = recent[0];
  const last = recent.at(-1);
  if (recent.length < 3 || first === undefined || last === undefined || last[0] - first[0] < SHORTEST_MS) return;
  const middleTime = recent.reduce((sum, [time]) => sum + time, 0) / recent.length;
  const middleValue = recent.reduce((sum, [, value]) => sum + value, 0) / recent.length;
  let products = 0;
  let squares = 0;
  for (const [time, value] of recent) {
    products += (time - middleTime) * (value - middleValue);
    squares += (time - middleTime) ** 2;
  }
  return squares === 0 ? undefined : (products / squares) * HOUR;
}
