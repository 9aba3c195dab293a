/** Time windows of a fault, fixed by the scenario or drawn from its seed. */
import { seedOf, uniform } from './random.ts';

/** Epoch ms; `from` inclusive, `to` exclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface WindowPlan {
  /** Hours after the start of the scenario. */
  readonly fromHour: number;
  readonly toHour: number;
  /** Instead of the whole period: this many windows a day of `minutes` each. */
  readonly timesADay?: number;
  readonly minutes?: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ordered and without overlap. */
export function windowsOf(plan: WindowPlan, start: number, seed: string): readonly Window[] {
  const from = start + plan.fromHour * HOUR;
  const to = start + plan.toHour * HOUR;
  if (plan.timesADay === undefined) return [{ from, to }];
  const length = (plan.minutes ?? 10) * 60_000;
  const slot = DAY / plan.timesADay;
  const base = seedOf(seed);
  const windows: Window[] = [];
  // One in each slot, so that they never overlap and do not depend on the length of the scenario.
  for (let index = 0; from + index * slot < to; index++) {
    const opens = Math.ceil(from + index * slot + uniform(base, index) * Math.max(0, slot - length));
    const closes = Math.floor(Math.min(to, from + (index + 1) * slot, opens + length));
    if (opens < closes) windows.push({ from: opens, to: closes });
  }
  return windows;
}

/** Finds the window of an instant; fast for ascending instants. */
export function createWindowLookup(windows: readonly Window[]): (at: number) => Window | undefined {
  let index = 0;
  return (at) => {
    const current = windows[index];
    if (current !== undefined && at < (windows[index - 1]?.to ?? Number.NEGATIVE_INFINITY)) index = 0;
    while (index < windows.length && at >= (windows[index]?.to ?? 0)) index++;
    const candidate = windows[index];
    return candidate !== undefined && at >= candidate.from ? candidate : undefined;
  };
}
