/** A tipping bucket under the county's rain: what fell between two readings, in whole tips. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { NODE_MS } from './instant.ts';
import type { Weather } from './weather.ts';

/** mm. */
const TIP = 0.2;
const DAY = 86_400_000;

/** mm; of a day at most, since no gauge remembers longer. */
export function tippedBetween(weather: Weather, since: number, at: number): number {
  const from = Math.max(since, at - DAY);
  const midnight = midnightOf(dayNumberOf(from));
  const tips = (time: number) => Math.floor(fallenBetween(weather, midnight, time) / TIP + 1e-9);
  return Math.max(0, tips(at) - tips(from)) * TIP;
}

function fallenBetween(weather: Weather, from: number, to: number): number {
  let sum = 0;
  for (let node = from; node < to; node += NODE_MS)
    sum += (weather.at(node).rain * (Math.min(to, node + NODE_MS) - node)) / 3_600_000;
  return sum;
}
