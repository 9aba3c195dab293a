/** Devices that were registered and never sent anything: one alarm per park, a day after registration. */
import type { Kind } from '../sensors/kind.ts';
import { clear, type Emitter, open, update } from './lifecycle.ts';
import { isExpected, type ParkCell, type State } from './state.ts';

/** Time to install it at the pond. */
const AFTER_MS = 24 * 3_600_000;

export function watchNeverReported(
  { devices }: State,
  kinds: ReadonlyMap<string, Kind>,
  { info, neverReported: slot }: ParkCell,
  to: Emitter,
): boolean {
  const missing: string[] = [];
  let since = Number.POSITIVE_INFINITY;
  for (const { info: device, heardAt } of devices.values()) {
    if (device.park !== info.id || heardAt !== 0 || kinds.get(device.kind)?.isIntermittent) continue;
    if (!isExpected(device) || device.createdAt === undefined || to.now - device.createdAt < AFTER_MS) continue;
    missing.push(`${device.site}/${device.id}`);
    since = Math.min(since, device.createdAt);
  }
  const known = slot.alarm?.children;
  if (missing.length === 0) {
    clear(slot, to.now, 'recovered', to);
    return known !== undefined;
  }
  const text = {
    zh: `${missing.length} 台已登记的设备从未上报：${shown(missing)}`,
    en: `${missing.length} registered device(s) never reported: ${shown(missing)}`,
  };
  if (known === undefined) {
    open(
      slot,
      {
        park: info.id,
        site: '',
        rule: 'never_reported',
        class: 'communication',
        severity: 'warning',
        start: since,
        at: to.now,
        text,
        action: {
          zh: '检查接线、密码和主题；不用的设备可先静置',
          en: 'Check wiring, password and topic, or shelve it',
        },
        children: missing,
        source: 'registered for a day',
      },
      to,
    );
    return true;
  }
  if (known.length === missing.length && known.every((each, index) => each === missing[index])) return false;
  update(slot, { children: missing, text }, to.now, to);
  return true;
}

const shown = (names: readonly string[]) => (names.length > 5 ? `${names.slice(0, 5).join(', ')}…` : names.join(', '));
