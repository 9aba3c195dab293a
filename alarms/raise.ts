/** Opens alarms of conditions that were held back: still present, or already over. */

import type { Judging } from './judging.ts';
import { clear, end, type Opening, open } from './lifecycle.ts';
import type { Rule } from './rule.ts';
import type { Condition, DeviceCell } from './state.ts';

/** Opens the alarm of a condition that was held back because its readings came late, and that still holds. */
export function raiseHeld(
  device: DeviceCell,
  rule: Rule,
  condition: Condition,
  judging: Judging,
  isLate: boolean,
): void {
  const { held } = condition;
  if (held === undefined) return;
  delete condition.held;
  if (held.value !== undefined) condition.told = held.value;
  open(condition, openingOf(device, rule, held, judging, { isLate }), judging.to);
}

/** Opens and closes an alarm that was over before the platform learned of it. */
export function raisePast(
  device: DeviceCell,
  rule: Rule,
  held: NonNullable<Condition['held']>,
  clearedAt: number | undefined,
  judging: Judging,
): void {
  const past = {};
  open(past, openingOf(device, rule, held, judging, { isHistoric: true }), judging.to);
  if (clearedAt === undefined) end(past, held.at, 'unobserved', judging.to);
  else clear(past, clearedAt, 'recovered', judging.to);
}

function openingOf(
  { info }: DeviceCell,
  rule: Rule,
  { level, start, at, value, worstAt }: NonNullable<Condition['held']>,
  { maintenanceUntil }: Judging,
  how: Pick<Opening, 'isHistoric' | 'isLate'>,
): Opening {
  const severity = level === 2 ? 'critical' : 'warning';
  return {
    park: info.park,
    site: info.site,
    device: info.id,
    ...(rule.field !== undefined && { field: rule.field }),
    rule: rule.id,
    class: rule.class,
    severity,
    start,
    at,
    value,
    ...(worstAt !== undefined && { worstAt }),
    text: rule.text(severity, value),
    action: rule.action,
    maintenanceUntil: how.isHistoric ? undefined : maintenanceUntil,
    profile: rule.profile,
    source: rule.source,
    ...how,
  };
}
