/** How the page ranks and counts alarms; pure, so that every view shows the same. */

import type { Static } from 'typebox';
import type { Alarm as AlarmSchema, Transition as TransitionSchema } from '../../../api/alarm-schemas.ts';
import { siteKey } from '../../../base/keys.ts';

export type Alarm = Static<typeof AlarmSchema>;
export type Transition = Static<typeof TransitionSchema>;
export type Alarms = ReadonlyMap<string, Alarm>;

/** Notifies nobody now: explained by another alarm, under maintenance, shelved, or over before it was known. */
export function isQuiet({ isHistoric, shelved, suppressedBy, maintenanceUntil }: Alarm): boolean {
  return isHistoric === true || shelved !== undefined || suppressedBy !== undefined || maintenanceUntil !== undefined;
}

/** Waits for acknowledgement. */
export function isUnacknowledged(alarm: Alarm): boolean {
  return (alarm.state === 'open' || alarm.state === 'returned') && !isQuiet(alarm);
}

/** Sounds: critical and not acknowledged. */
export const isSounding = (alarm: Alarm) => alarm.severity === 'critical' && isUnacknowledged(alarm);

/** Not over, and shown on tile and wall. */
export function isPressing(alarm: Alarm): boolean {
  return (isUnacknowledged(alarm) || alarm.state === 'acknowledged') && !isQuiet(alarm);
}

/** A newer state replaces an older one; repeated or late ones change nothing. */
export function withAlarm(alarms: Alarms, alarm: Alarm): Alarms {
  if ((alarms.get(alarm.id)?.seq ?? 0) >= alarm.seq) return alarms;
  const next = new Map(alarms);
  if (alarm.state === 'closed') next.delete(alarm.id);
  else next.set(alarm.id, alarm);
  return next;
}

const STATE_RANK: Readonly<Record<Alarm['state'], number>> = {
  open: 0,
  returned: 1,
  acknowledged: 2,
  shelved: 3,
  closed: 4,
};
const CLASS_RANK: Readonly<Record<Alarm['class'], number>> = { process: 0, platform: 1, communication: 2, sensor: 3 };

/** Unacknowledged before acknowledged, critical before warning, process before technical; then the longest-lasting first. */
export function worstAlarmFirst(one: Alarm, other: Alarm): number {
  return (
    Number(isUnacknowledged(other)) - Number(isUnacknowledged(one)) ||
    Number(other.severity === 'critical') - Number(one.severity === 'critical') ||
    STATE_RANK[one.state] - STATE_RANK[other.state] ||
    CLASS_RANK[one.class] - CLASS_RANK[other.class] ||
    one.openedAt - other.openedAt ||
    (one.id < other.id ? -1 : 1)
  );
}

export const ranked = (alarms: Iterable<Alarm>): readonly Alarm[] => [...alarms].sort(worstAlarmFirst);

export const placeOf = ({ park, site }: { readonly park: string; readonly site: string }) => siteKey(park, site);

/** Urgent alarms of each site, worst first, by `park/site`. */
export function bySite(alarms: Alarms): ReadonlyMap<string, readonly Alarm[]> {
  const found = new Map<string, Alarm[]>();
  for (const alarm of ranked(alarms.values())) {
    if (!isPressing(alarm) || alarm.site === '') continue;
    const beside = found.get(placeOf(alarm));
    if (beside === undefined) found.set(placeOf(alarm), [alarm]);
    else beside.push(alarm);
  }
  return found;
}
