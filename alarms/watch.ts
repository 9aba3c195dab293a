/** Evaluates the passing of time: late readings settle, devices fall silent, parks, gateways and sites go out, shelving ends. */
import { clockOf } from '../base/beijing-time.ts';
import type { Kind } from '../sensors/kind.ts';
import { maintenanceOf, slots } from './actions.ts';
import type { Judges } from './judges.ts';
import { settleLate } from './late-readings.ts';
import { type Emitter, setBlind, unshelve } from './lifecycle.ts';
import { watchNeverReported } from './never-reported.ts';
import { coverParts, nameOf, type Watched, watchOutage } from './outage.ts';
import { raiseHeld } from './raise.ts';
import { quietSince, silentAfter, watchSilence } from './silence.ts';
import { cellOf, type DeviceCell, isExpected, type OutageSlot, type ParkCell, type State } from './state.ts';

/** Late readings are evaluated after this time without another one. */
const SETTLED_MS = 60_000;
/** Fewer devices at a site or behind a gateway are announced on their own. */
const LEAST_OF_PART = 3;

export interface Watch {
  tick(to: Emitter): void;
}

export interface WatchOptions {
  readonly state: State;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly judges: Judges;
}

export function createWatch({ state, kinds, judges }: WatchOptions): Watch {
  const { head, devices, parks, dirty } = state;

  /** Evaluates late readings, raises held alarms, and marks conditions without recent values as blind. */
  function watchDevice(name: string, device: DeviceCell, to: Emitter): void {
    const kind = kinds.get(device.info.kind);
    if (kind === undefined) return;
    const isSettled = device.lateAt !== undefined && to.now - device.lateAt > SETTLED_MS;
    const isHeld = to.now - device.heardAt > SETTLED_MS && Object.values(device.conditions).some(({ held }) => held);
    if (isSettled || isHeld) {
      const judging = judges.judgingOf(name, device, kind, device.newest, to);
      if (isSettled) settleLate(device, judging);
      for (const rule of judging.rules) {
        const condition = device.conditions[rule.id];
        if (condition?.held !== undefined) raiseHeld(device, rule, condition, judging, true);
      }
      dirty.add(name);
    }
    goBlind(name, device, kind, to);
  }

  function goBlind(name: string, device: DeviceCell, kind: Kind, to: Emitter): void {
    const after = silentAfter(device.info.intervalMs ?? kind.intervalMs);
    for (const id in device.conditions) {
      const condition = device.conditions[id];
      if (condition?.alarm === undefined || condition.alarm.isBlind || condition.phase === 'returned') continue;
      const heardSince = head.isDeaf ? condition.fold.last : Math.max(condition.fold.last, head.resumedAt);
      if (to.now - heardSince <= after) continue;
      const clock = clockOf(condition.fold.last);
      const { zh, en } = condition.alarm.text;
      setBlind(condition, true, to.now, { zh: `最后已知（${clock}）：${zh}`, en: `last known at ${clock}: ${en}` }, to);
      dirty.add(name);
    }
  }

  function watchedOf(park: string): readonly Watched[] {
    const found: Watched[] = [];
    for (const device of devices.values()) {
      const kind = kinds.get(device.info.kind);
      if (device.info.park !== park || kind === undefined || kind.isIntermittent || device.heardAt === 0) continue;
      if (!isExpected(device.info)) continue;
      found.push({ device, intervalMs: device.info.intervalMs ?? kind.intervalMs });
    }
    return found;
  }

  function watchPark(name: string, cell: ParkCell, to: Emitter): void {
    const { id: park, label } = cell.info;
    const all = watchedOf(park);
    const slot = slotOf(cell, '');
    let isChanged = watchOutage({ slot, park, site: '', label, devices: all, head, to });
    const outage = isOut(slot) ? slot.alarm?.id : undefined;
    isChanged = coverParts(cell.outages, outage, head, to) || isChanged;
    if (outage === undefined) isChanged = watchParts(cell, all, to) || isChanged;
    isChanged = watchNeverReported(state, kinds, cell, to) || isChanged;
    if (isChanged) {
      dirty.add(name);
      for (const { device } of all) dirty.add(cellOf.device(park, device.info.id));
    }
  }

  /** Gateways, then sites: a site whose devices are out with their gateway is no outage of its own. */
  function watchParts(cell: ParkCell, all: readonly Watched[], to: Emitter): boolean {
    const { id: park } = cell.info;
    const out = new Set<string>();
    let isChanged = false;
    for (const [gateway, behind] of groupedBy(all, ({ device }) => device.info.gateway)) {
      if (behind.length < LEAST_OF_PART) continue;
      const slot = slotOf(cell, `gateway/${gateway}`);
      const { site = '', label = { zh: gateway, en: gateway } } = devices.get(cellOf.device(park, gateway))?.info ?? {};
      isChanged = watchOutage({ slot, park, site, gateway, label, devices: behind, head, to }) || isChanged;
      if (isOut(slot)) for (const child of slot.alarm?.children ?? []) out.add(child);
    }
    for (const [site, there] of groupedBy(all, ({ device }) => device.info.site)) {
      const rest = there.filter(({ device }) => !out.has(nameOf(device)));
      if (rest.length < LEAST_OF_PART && cell.outages[site]?.alarm === undefined) continue;
      const slot = slotOf(cell, site);
      const label = state.sites.get(cellOf.site(park, site))?.label ?? { zh: site, en: site };
      const devicesThere = slot.alarm === undefined ? rest : there;
      isChanged = watchOutage({ slot, park, site, label, devices: devicesThere, head, to }) || isChanged;
    }
    return isChanged;
  }

  function keepSilence(name: string, device: DeviceCell, to: Emitter): void {
    const kind = kinds.get(device.info.kind);
    if (kind === undefined || device.heardAt === 0 || !isExpected(device.info)) return;
    const intervalMs = device.info.intervalMs ?? kind.intervalMs;
    if (to.now - quietSince(device, head) < silentAfter(intervalMs) && to.now - device.newest < silentAfter(intervalMs))
      return;
    const maintenanceUntil = maintenanceOf(state, { ...device.info, device: device.info.id });
    const outage = outageOf(device);
    const isChanged = watchSilence({ device, kind, intervalMs, head, outage, maintenanceUntil, to });
    if (isChanged) dirty.add(name);
  }

  function outageOf(device: DeviceCell): string | undefined {
    const cell = parks.get(cellOf.park(device.info.park));
    for (const slot of Object.values(cell?.outages ?? {})) {
      if (slot.phase !== 'returned' && slot.alarm?.children?.includes(nameOf(device))) return slot.alarm.id;
    }
    return undefined;
  }

  function endShelvings(to: Emitter): void {
    for (const { slot, cell } of slots(state)) {
      const until = slot.alarm?.shelved?.until;
      if (until === undefined || until > to.now) continue;
      unshelve(slot, until, to);
      dirty.add(cell);
    }
  }

  return {
    tick(to) {
      for (const [name, device] of devices) watchDevice(name, device, to);
      for (const [name, park] of parks) watchPark(name, park, to);
      for (const [name, device] of devices) keepSilence(name, device, to);
      endShelvings(to);
    },
  };
}

const isOut = ({ alarm, phase }: OutageSlot) => alarm !== undefined && phase !== 'returned';

function slotOf({ outages }: ParkCell, name: string): OutageSlot {
  outages[name] ??= {};
  return outages[name];
}

function groupedBy(all: readonly Watched[], keyOf: (each: Watched) => string | undefined): Map<string, Watched[]> {
  const groups = new Map<string, Watched[]>();
  for (const each of all) {
    const key = keyOf(each);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
}
