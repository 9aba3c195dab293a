/** Late readings: evaluates the window again in measured order, and raises alarms that only now become visible. */
import { type Fold, newFold, step } from './fold.ts';
import type { Judging } from './judging.ts';
import { revise } from './lifecycle.ts';
import { raiseHeld, raisePast } from './raise.ts';
import type { Rule } from './rule.ts';
import type { Condition, DeviceCell, Point } from './state.ts';

/** More late readings than this are evaluated without waiting for the rest. */
export const MAX_LATE = 5000;

export function settleLate(device: DeviceCell, judging: Judging): void {
  const late = [...device.late].sort((one, other) => one.t - other.t);
  device.late = [];
  delete device.lateAt;
  const before = late.filter(({ t }) => t <= device.cut);
  device.points = merged(
    device.points,
    late.filter(({ t }) => t > device.cut),
  );
  for (const rule of judging.rules) {
    settleBefore(device, rule, before, judging);
    settleWindow(device, rule, judging);
  }
}

/** Points older than the window are evaluated on their own. */
function settleBefore(device: DeviceCell, rule: Rule, points: readonly Point[], judging: Judging): void {
  if (!points.some(({ c }) => (c?.[rule.id] ?? 0) >= 2)) return;
  for (const { held, end: until } of refold(newFold(), points, rule).episodes)
    raisePast(device, rule, held, until, judging);
}

function settleWindow(device: DeviceCell, rule: Rule, judging: Judging): void {
  const known = device.conditions[rule.id];
  if (known === undefined && !device.points.some(({ c }) => (c?.[rule.id] ?? 0) >= 2)) return;
  const condition = known ?? { fold: newFold(), base: newFold(), episodes: [] };
  device.conditions[rule.id] = condition;
  const { episodes, fold } = refold({ ...condition.base }, device.points, rule);
  for (const { held, end: until } of episodes) {
    if (until === undefined) continue;
    if (condition.episodes.some(([from, to]) => held.start <= (to || device.newest) && until >= from)) continue;
    condition.episodes.push([held.start, until]);
    raisePast(device, rule, held, until, judging);
  }
  // Only a reading newer than all others may end an open alarm.
  if (condition.fold.open && !fold.open) return;
  const isNew = fold.open !== 0 && condition.fold.open === 0;
  const hasGrown = fold.open !== 0 && (fold.start ?? 0) < (condition.fold.start ?? 0);
  condition.fold = fold;
  const last = episodes.at(-1);
  if (isNew && last !== undefined) {
    // The condition had not recovered: the ended alarm stays as announced, and a new one starts where it ended.
    const told = condition.episodes.filter(([, to]) => to > last.held.start).map(([, to]) => to);
    const start = Math.max(last.held.start, ...told);
    condition.episodes.push([start, 0]);
    condition.held = { ...last.held, start };
    raiseHeld(device, rule, condition, judging, true);
  }
  if (hasGrown && fold.start !== undefined) {
    if (condition.held) condition.held.start = fold.start;
    else revise(condition, fold.start, judging.to);
  }
}

interface Episode {
  readonly held: NonNullable<Condition['held']>;
  end?: number;
}

function refold(fold: Fold, points: readonly Point[], rule: Rule): { fold: Fold; episodes: Episode[] } {
  const episodes: Episode[] = [];
  for (const { t, c } of points) {
    const change = step(fold, t, c?.[rule.id] ?? 0, rule.holds);
    const last = episodes.at(-1);
    if (change?.is === 'opened') episodes.push({ held: { level: change.level, start: change.start, at: change.at } });
    if (change?.is === 'escalated' && last) last.held.level = 2;
    if (change?.is === 'cleared' && last) last.end = change.at;
  }
  return { fold, episodes };
}

/** In order; of two with the same time the first is kept. */
function merged(points: readonly Point[], late: readonly Point[]): Point[] {
  const all = [...points, ...late].sort((one, other) => one.t - other.t);
  return all.filter(({ t }, index) => index === 0 || t !== all[index - 1]?.t);
}
