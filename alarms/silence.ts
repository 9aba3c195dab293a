/** Silent devices, and devices that send only old data. Decided by the clock of the log, against the registry. */

import { isBetweenHours } from '../base/beijing-time.ts';
import { formatDuration } from '../sensors/format.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Label } from '../sensors/label.ts';
import { MISSED_REPORTS, silentAfterMs } from '../sensors/silence.ts';
import { clear, type Emitter, escalate, type Opening, open, type Slot } from './lifecycle.ts';
import type { DeviceCell, Head } from './state.ts';

const MINUTE = 60_000;
/** Demo devices report every 20 s: a minute without data is no alarm yet. */
const LEAST_SILENCE_MS = 5 * MINUTE;

export function silentAfter(intervalMs: number): number {
  return silentAfterMs(intervalMs, LEAST_SILENCE_MS);
}

/** Since when nothing has come, as far as the platform was running. */
export function quietSince({ heardAt, excusedAt = 0 }: DeviceCell, { resumedAt }: Head): number {
  return Math.max(heardAt, resumedAt, excusedAt);
}

export interface Silence {
  readonly device: DeviceCell;
  readonly kind: Kind;
  readonly intervalMs: number;
  readonly head: Head;
  /** Id of the outage that explains it. */
  readonly outage: string | undefined;
  readonly maintenanceUntil: number | undefined;
  readonly to: Emitter;
}

/** Three missed reports, then one more interval and two minutes in which a whole park may prove silent. True if something changed. */
export function watchSilence(given: Silence): boolean {
  const { device, kind, intervalMs, head, outage, to } = given;
  if (kind.isIntermittent || device.heardAt === 0) return false;
  const { now } = head;
  const since = quietSince(device, head);
  const after = silentAfter(intervalMs);
  const slot = device.silence;
  const before = slot.alarm;
  if (isOpen(slot)) {
    if (slot.alarm?.severity === 'warning' && now - since > 2 * after && isNight(kind, now))
      escalate(slot, now, textOf(given, since), to);
  } else if (outage === undefined && now - since > after + Math.max(MINUTE, intervalMs) + 2 * MINUTE) {
    const isCritical = now - since > 2 * after && isNight(kind, now);
    open(slot, openingOf(given, 'device_silent', isCritical, device.heardAt, textOf(given, since)), to);
  }
  watchOldData(given);
  return slot.alarm !== before || device.oldData.alarm !== undefined;
}

/** Readings arrive but are old: a backlog that does not end, or a slow clock. */
function watchOldData(given: Silence): void {
  const { device, intervalMs, head, to } = given;
  const after = silentAfter(intervalMs);
  const isHeard = head.now - device.heardAt <= after;
  if (isOpen(device.oldData) || !isHeard) return;
  if (head.now - Math.max(device.freshAt, head.resumedAt) <= after + 15 * MINUTE) return;
  const text = {
    zh: `只发来旧数据：最新一条测于 ${formatDuration(head.now - device.newest, 'zh')}前`,
    en: `sends only old data: the newest was measured ${formatDuration(head.now - device.newest, 'en')} ago`,
  };
  open(device.oldData, openingOf(given, 'device_old_data', false, device.newest, text), to);
}

/** A current reading came. */
export function hearFresh(device: DeviceCell, to: Emitter): void {
  clear(device.silence, to.now, 'recovered', to);
  clear(device.oldData, to.now, 'recovered', to);
}

const isOpen = ({ alarm, phase }: Slot) => alarm !== undefined && phase !== 'returned';

function isNight({ silentIsCritical }: Kind, now: number): boolean {
  if (silentIsCritical === undefined) return false;
  return isBetweenHours(now, silentIsCritical.fromHour, silentIsCritical.toHour);
}

function openingOf(
  { device: { info }, maintenanceUntil, head }: Silence,
  rule: string,
  isCritical: boolean,
  start: number,
  text: Label,
): Opening {
  return {
    park: info.park,
    site: info.site,
    device: info.id,
    rule,
    class: 'communication',
    severity: isCritical ? 'critical' : 'warning',
    start,
    at: head.now,
    text,
    action: {
      zh: '检查供电、4G 信号和设备；夜间先到塘边看一眼',
      en: 'Check power, 4G signal and the device; at night check the site itself first',
    },
    maintenanceUntil,
    source: `${MISSED_REPORTS} missed reports, at least 5 min`,
  };
}

function textOf({ device, head }: Silence, since: number): Label {
  const { isConnected, refusedAt = 0 } = device;
  const zh = `${formatDuration(head.now - since, 'zh')}无数据`;
  const en = `no data for ${formatDuration(head.now - since, 'en')}`;
  if (refusedAt > device.heardAt)
    return { zh: `${zh}：发来的数据全部被拒收`, en: `${en}: everything it sends is refused` };
  if (isConnected === true) return { zh: `${zh}：在线但不发数据`, en: `${en}: connected, but sends nothing` };
  if (isConnected === false) return { zh: `${zh}：设备离线`, en: `${en}: not connected` };
  return { zh, en };
}
