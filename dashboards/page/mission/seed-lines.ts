/** The lines of a mission: length, amount, evenness. */

import type { Sample } from '../../../analysis/seeding/flight.ts';
import { planeAround } from '../../../analysis/seeding/projection.ts';

export interface SeedLine {
  readonly name: number;
  readonly from: number;
  readonly to: number;
  /** Metres flown while spreading. */
  readonly length: number;
  /** Means while spreading: kg/ha, m/s. */
  readonly rate: number;
  readonly speed?: number | undefined;
}

/** By the device's line number; without one, each uninterrupted stretch of spreading is a line. */
export function seedLinesOf(samples: readonly Sample[]): readonly SeedLine[] {
  const first = samples[0];
  if (first === undefined) return [];
  const plane = planeAround(first);
  const groups = new Map<number, Sample[]>();
  let stretch = 0;
  let wasSpreading = false;
  for (const sample of samples) {
    if (sample.isSpreading) {
      if (!wasSpreading) stretch += 1;
      const name = sample.line ?? stretch;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [sample]);
      else group.push(sample);
    }
    wasSpreading = sample.isSpreading;
  }
  return [...groups].map(([name, group]) => {
    const length = group.slice(1).reduce((sum, sample, index) => {
      const before = group[index] ?? sample;
      if (sample.time - before.time > 5000) return sum;
      const [one, other] = [plane(before), plane(sample)];
      return sum + Math.hypot(other.east - one.east, other.north - one.north);
    }, 0);
    const speeds = group.flatMap(({ speed }) => (speed === undefined ? [] : [speed]));
    return {
      name,
      from: group[0]?.time ?? 0,
      to: group.at(-1)?.time ?? 0,
      length,
      rate: mean(group.map(({ rate }) => rate)),
      ...(speeds.length > 0 && { speed: mean(speeds) }),
    };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
