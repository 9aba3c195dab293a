/** A drill 【演练】: an alarm of its own that is sent to people like any other, to test the whole path before it is needed. */
import type { Severity } from './alarm.ts';
import { clear, type Emitter, open, type Slot } from './lifecycle.ts';
import { PLATFORM } from './platform-checks.ts';
import type { State } from './state.ts';

export const DRILL = 'drill';
/** Ends unacknowledged after this long, and says so. */
const OVER_AFTER_MS = 30 * 60_000;

/** One at a time. */
export function startDrill({ head }: State, severity: Severity, by: string, to: Emitter): void {
  const slot: Slot = head.platform[DRILL] ?? {};
  head.platform[DRILL] = slot;
  if (slot.alarm !== undefined && slot.phase !== 'returned') return;
  open(
    slot,
    {
      ...{ park: PLATFORM, site: '', rule: DRILL, class: 'platform', severity, start: to.now, at: to.now },
      text: { zh: `演练（${by} 发起），无需处理`, en: `a drill, started by ${by}: nothing is wrong` },
      action: { zh: '点开链接并确认，演练即结束', en: 'Open the link and acknowledge to end the drill' },
      source: 'drill',
    },
    to,
  );
}

export function tickDrill({ head, dirty }: State, to: Emitter): void {
  const slot = head.platform[DRILL];
  if (slot?.alarm === undefined || slot.phase === 'returned') return;
  if (slot.phase !== 'acknowledged' && to.now - slot.alarm.raisedAt < OVER_AFTER_MS) return;
  clear(slot, to.now, 'recovered', to);
  dirty.add('head');
}
