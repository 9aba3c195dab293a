/** Many devices silent at the same time have one cause: raises one alarm for the park, the gateway or the site, with the devices listed. */
import { clockOf } from '../base/beijing-time.ts';
import type { Label } from '../sensors/label.ts';
import type { Alarm } from './alarm.ts';
import { clear, type Emitter, open, suppress, update } from './lifecycle.ts';
import { quietSince, silentAfter } from './silence.ts';
import type { DeviceCell, Head, OutageSlot } from './state.ts';

const MINUTE = 60_000;
/** A device heard this long after the others fell silent is not part of the outage. */
const ALIVE_AFTER_MS = MINUTE;
/** Fewer devices are no outage, unless they are all there are. */
const LEAST = 3;
/** Devices are collected for this long before the outage is announced, and before its list is updated. */
const GATHER_MS = MINUTE;
const SHARE = 0.5;

export interface Watched {
  readonly device: DeviceCell;
  readonly intervalMs: number;
}

export interface OutageOf {
  readonly slot: OutageSlot;
  readonly park: string;
  readonly site: string;
  /** The device that speaks for all of them. */
  readonly gateway?: string;
  readonly label: Label;
  readonly devices: readonly Watched[];
  readonly head: Head;
  readonly to: Emitter;
}

/** True if something changed. An open outage covers the devices that are its children. */
export function watchOutage(given: OutageOf): boolean {
  const { slot, head, to, devices } = given;
  const before = slot.alarm;
  const sinceBefore = slot.since;
  if (slot.alarm === undefined || slot.phase === 'returned') {
    const found = outageAmong(devices, head);
    if (found === undefined) delete slot.since;
    else slot.since ??= head.now;
    // Devices due in the next moments belong to it and are in its first message.
    if (found !== undefined && head.now - (slot.since ?? head.now) >= GATHER_MS) begin(given, found);
  } else {
    const { children = [] } = slot.alarm;
    const back = devices.filter((each) => children.includes(nameOf(each.device)) && isBack(each, slot.alarm, head));
    const added = devices.filter(
      (each) => !children.includes(nameOf(each.device)) && isSilentWith(each, slot.alarm, head),
    );
    if (back.length >= (1 - SHARE / 2) * children.length) finish(given);
    else if (added.length > 0 && head.now - (slot.since ?? 0) >= GATHER_MS) {
      slot.since = head.now;
      const all = [...children, ...added.map(({ device }) => nameOf(device))];
      update(slot, { children: all, text: textOf(given, all.length, slot.alarm.openedAt) }, head.now, to);
      cover(given);
    }
  }
  return slot.alarm !== before || slot.since !== sinceBefore;
}

function isBack({ device, intervalMs }: Watched, alarm: Alarm | undefined, { now }: Head): boolean {
  return device.heardAt > (alarm?.raisedAt ?? 0) && now - device.heardAt <= silentAfter(intervalMs);
}

function isSilentWith({ device, intervalMs }: Watched, alarm: Alarm | undefined, head: Head): boolean {
  if (alarm === undefined || device.heardAt === 0) return false;
  const isOfIt = device.heardAt >= alarm.openedAt - 2 * intervalMs;
  return isOfIt && head.now - quietSince(device, head) > silentAfter(intervalMs);
}

interface Found {
  readonly silent: readonly Watched[];
  readonly since: number;
}

/** Devices that fell silent together, against those heard since. A device that is not due yet does not count. */
function outageAmong(devices: readonly Watched[], head: Head): Found | undefined {
  const overdue = devices.filter(
    ({ device, intervalMs }) => device.heardAt > 0 && head.now - quietSince(device, head) > silentAfter(intervalMs),
  );
  if (overdue.length < 2) return undefined;
  const latest = Math.max(...overdue.map(({ device }) => device.heardAt));
  const silent = overdue.filter(({ device, intervalMs }) => device.heardAt >= latest - 2 * intervalMs - MINUTE);
  const alive = devices.filter(({ device }) => device.heardAt > latest + ALIVE_AFTER_MS).length;
  const isOutage = silent.length >= LEAST && silent.length / (silent.length + alive) >= SHARE;
  const isAll = silent.length >= 2 && alive === 0 && silent.length === devices.length;
  if (!isOutage && !isAll) return undefined;
  return { silent, since: Math.min(...silent.map(({ device }) => device.heardAt)) };
}

const LOOK_AT_POWER: Label = {
  zh: '先查供电和通信：停电时手动开增氧机、看冷库',
  en: 'Check power and the link first; without power, run aerators by hand and check the cold stores',
};
const LOOK_AT_GATEWAY: Label = {
  zh: '先查网关的供电、天线和上网；修好之前到现场看',
  en: 'Check the gateway first: power, antenna, uplink; until it is back, look at the sites',
};

function begin(given: OutageOf, { silent, since }: Found): void {
  const { slot, park, site, gateway, head, to } = given;
  slot.since = head.now;
  open(
    slot,
    {
      park,
      site,
      ...(gateway !== undefined && { device: gateway }),
      rule: gateway !== undefined ? 'gateway_silent' : site === '' ? 'park_silent' : 'site_silent',
      class: 'communication',
      severity: 'critical',
      start: since,
      at: head.now,
      text: textOf(given, silent.length, since),
      action: gateway === undefined ? LOOK_AT_POWER : LOOK_AT_GATEWAY,
      children: silent.map(({ device }) => nameOf(device)),
      source: `${LEAST} devices and half of those that are due, within two intervals`,
    },
    to,
  );
  cover(given);
}

/** The outages of parts of a park while the whole of it is out, by the park's alarm; `undefined`: no longer. True if something changed. */
export function coverParts(
  outages: Readonly<Record<string, OutageSlot>>,
  by: string | undefined,
  { now }: Head,
  to: Emitter,
): boolean {
  let isChanged = false;
  for (const [name, slot] of Object.entries(outages)) {
    if (name === '' || slot.alarm === undefined || slot.phase === 'returned' || slot.alarm.suppressedBy === by)
      continue;
    suppress(slot, by, now, to);
    isChanged = true;
  }
  return isChanged;
}

/** Devices announced on their own before the outage was recognised. */
function cover({ slot, devices, head, to }: OutageOf): void {
  const id = slot.alarm?.id;
  for (const { device } of devices) {
    if (slot.alarm?.children?.includes(nameOf(device))) suppress(device.silence, id, head.now, to);
  }
}

function finish(given: OutageOf): void {
  const { slot, devices, head, to } = given;
  const { id, children = [] } = slot.alarm ?? {};
  clear(slot, head.now, 'recovered', to);
  for (const { device } of devices) {
    // A device that is not back yet is announced on its own only if it stays silent.
    if (children.includes(nameOf(device))) device.excusedAt = head.now;
    if (device.silence.alarm?.suppressedBy === id) suppress(device.silence, undefined, head.now, to);
  }
}

export const nameOf = ({ info }: DeviceCell) => `${info.site}/${info.id}`;

function textOf({ label, devices }: OutageOf, count: number, since: number): Label {
  const clock = clockOf(since);
  return {
    zh: `${label.zh}：${devices.length} 台设备中 ${count} 台自 ${clock} 起无数据，停电还是断网？`,
    en: `${label.en}: ${count} of ${devices.length} devices silent since ${clock}: power or link?`,
  };
}
