/** Which sites a wall screen always shows, and how it rotates the others. */
import { type Alarm, placeOf } from './alarm-list.ts';

interface Placed {
  readonly site: { readonly park: string; readonly id: string };
  readonly state: string;
}

export interface Pinned<T> {
  /** Sites with a critical alarm or critical values; unacknowledged ones first. */
  readonly pinned: readonly T[];
  readonly others: readonly T[];
}

export function pinnedOf<T extends Placed>(
  cards: readonly T[],
  alarmsOf: ReadonlyMap<string, readonly Alarm[]>,
): Pinned<T> {
  const alarmOf = ({ site }: T) =>
    alarmsOf.get(placeOf({ park: site.park, site: site.id }))?.find(({ severity }) => severity === 'critical');
  const pinned = cards
    .filter((card) => card.state === 'critical' || alarmOf(card) !== undefined)
    .map((card) => ({ card, alarm: alarmOf(card) }))
    .sort(
      (one, other) =>
        urgency(other.alarm) - urgency(one.alarm) || (one.alarm?.openedAt ?? 0) - (other.alarm?.openedAt ?? 0),
    )
    .map(({ card }) => card);
  const isPinned = new Set(pinned);
  return { pinned, others: cards.filter((card) => !isPinned.has(card)) };
}

/** Unacknowledged, without an alarm yet, acknowledged. */
const urgency = (alarm: Alarm | undefined) =>
  alarm === undefined ? 1 : alarm.acknowledgedBy === undefined && alarm.state !== 'acknowledged' ? 2 : 0;
