/** Schedule of missions: one in the morning and one in the afternoon if rain and wind allow, or as defined by a scenario. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import type { TimedCondition } from '../conditions.ts';
import { uniform } from '../random.ts';
import type { Weather } from '../weather/weather.ts';

export interface Mission {
  readonly from: number;
  /** Latest end. */
  readonly to: number;
  readonly seed: number;
}

const HOUR = 3_600_000;
/** Wind limit at 10 m, m/s; that of the machine is 6. */
const MOST_WIND = 3.5;

/** The mission that may be in flight at an instant. Without a scenario, crews fly all year, so that the demo has missions; rice is sown in April and May. */
export function missionAt(
  at: number,
  weather: Weather,
  conditions: readonly TimedCondition[],
  seed: number,
): Mission | undefined {
  const told = conditions.filter(({ condition }) => condition === 'mission');
  if (told.length > 0) {
    const now = told.find(({ from, to }) => at >= from && at < to);
    return now && { from: now.from, to: now.to, seed: seed ^ Math.floor(now.from / 1000) };
  }
  const day = dayNumberOf(at);
  for (const [half, hour] of [8.4, 15.2].entries()) {
    const from = midnightOf(day) + Math.round((hour + 0.9 * uniform(seed ^ half, day)) * 3600) * 1000;
    const to = from + 2 * HOUR;
    if (at >= from && at < to && isFlyable(weather, from)) return { from, to, seed: seed ^ (2 * day + half) };
  }
  return undefined;
}

/** The crew checks the weather once, before take-off. */
function isFlyable(weather: Weather, from: number): boolean {
  for (let minutes = -30; minutes <= 60; minutes += 10) {
    const { rain, wind } = weather.at(from + minutes * 60_000);
    if (rain > 0.2 || wind > MOST_WIND) return false;
  }
  return true;
}
