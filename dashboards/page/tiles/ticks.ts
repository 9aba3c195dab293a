/** Round times of a Beijing clock along an axis: at most eight, days named where they begin. */
import { midnightBefore } from '../../../base/beijing-time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 10 * DAY, 30 * DAY];
const MOST = 8;

export interface Tick {
  readonly time: number;
  readonly isDay: boolean;
}

export function ticksBetween(from: number, to: number): readonly Tick[] {
  const step = STEPS.find((each) => (to - from) / each <= MOST) ?? (STEPS.at(-1) as number);
  const ticks: Tick[] = [];
  for (let time = midnightBefore(from); time <= to; time += step) {
    if (time >= from) ticks.push({ time, isDay: time === midnightBefore(time) });
  }
  return ticks;
}
