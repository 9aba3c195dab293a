/**
 * The engine: entries of the log in, transitions of alarms out. It knows no clock and no chance: the same entries in the same order give the same transitions,
 * in one go or with any number of crashes between, in one process or handed over.
 */

import { clockOf } from '../base/beijing-time.ts';
import { isObject } from '../base/json.ts';
import type { Delivery } from '../bus/bus.ts';
import type { ClockEntry, DeviceEntry, RegistryEntry } from '../bus/events.ts';
import { entryOf } from '../bus/parse-event.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Reading } from '../sensors/reading.ts';
import { isAction, keepMaintenance, maintenanceOf, slots, takeAction } from './actions.ts';
import type { Transition } from './alarm.ts';
import { tickDrill } from './drill.ts';
import type { Judging } from './judging.ts';
import { MAX_LATE, settleLate } from './late-readings.ts';
import { type Emitter, setBlind, unshelve } from './lifecycle.ts';
import { watchNeverReported } from './never-reported.ts';
import { nameOf, type Watched, watchOutage } from './outage.ts';
import { takePlatform } from './platform-checks.ts';
import { raiseHeld } from './raise.ts';
import { endWithoutRule, takeReading } from './readings.ts';
import { takeRegistry } from './registry-changes.ts';
import type { Rule } from './rule.ts';
import { type RuleSet, rulesAt } from './rules.ts';
import { hearFresh, quietSince, silentAfter, watchSilence } from './silence.ts';
import { cellOf, type DeviceCell, HEAD, isExpected, newDevice, type ParkCell, type State } from './state.ts';

/** A clock that is silent for longer was not there to hear anybody. */
const GAP_MS = 15_000;
/** No more late readings come: they are taken in. */
const SETTLED_MS = 60_000;

export type Entry = Pick<Delivery, 'subject' | 'data' | 'parsed' | 'position' | 'appendedAt'>;

export interface EngineOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly state: State;
}

export interface Engine {
  readonly state: State;
  /** What comes of an entry, in order. */
  take(entry: Entry): readonly Transition[];
  /** What comes of one reading alone, for judging stored ones. */
  judge(reading: Reading, position: number): readonly Transition[];
}

export function createEngine({ kinds, state }: EngineOptions): Engine {
  const { head, devices, parks, dirty } = state;
  /** Worked out of the state, so it need not be kept. */
  const ruleSets = new Map<string, RuleSet>();
  let transitions: Transition[] = [];
  let ordinal = 0;
  let position = 0;

  function emitterAt(now: number): Emitter {
    return {
      now,
      emit(given) {
        transitions.push({ version: 1, ...given, origin: { position, ordinal } });
        ordinal += 1;
      },
    };
  }

  function take(entry: Entry): readonly Transition[] {
    transitions = [];
    ordinal = 0;
    position = entry.position;
    const area = entry.subject.split('.')[1];
    if (area === 'readings') takeReadings(entry);
    else if (area === 'quarantine') takeQuarantine(entry);
    else takeOther(area, entry);
    return transitions;
  }

  function takeOther(area: string | undefined, { data, appendedAt }: Entry): void {
    const value = parse(data);
    if (!isObject(value) || value.version !== 1) return;
    if (area === 'clock' && typeof value.at === 'number') takeClock(value as unknown as ClockEntry);
    if (area === 'devices') takeStatus(value as unknown as DeviceEntry);
    if (area === 'actions' && isAction(value)) takeAction(state, value, emitterAt(appendedAt));
    if (area === 'registry') {
      ruleSets.clear();
      takeRegistry(state, value as unknown as RegistryEntry, emitterAt(appendedAt));
    }
  }

  function takeReadings(entry: Entry): void {
    if (!head.hasRegistry) return;
    for (const reading of entryOf(entry)?.readings ?? []) takeOne(reading);
  }

  function takeOne(reading: Reading): void {
    const name = cellOf.device(reading.park, reading.device);
    const kind = kinds.get(reading.kind);
    if (kind === undefined) return;
    const device = devices.get(name) ?? addDevice(name, reading);
    dirty.add(name);
    const to = emitterAt(reading.receivedAt);
    const judging = judgingOf(name, device, kind, reading.time, to);
    takeReading(device, reading, judging);
    if (device.freshAt === reading.receivedAt) hearFresh(device, to);
    if (device.late.length > MAX_LATE) settleLate(device, judging);
  }

  /** Heard of before the registry was: its own word for what it is. */
  function addDevice(name: string, { park, site, device: id, kind }: Reading): DeviceCell {
    const device = newDevice({ park, site, id, kind, label: { zh: id, en: id } });
    devices.set(name, device);
    return device;
  }

  function judgingOf(name: string, device: DeviceCell, kind: Kind, time: number, to: Emitter): Judging {
    const intervalMs = device.info.intervalMs ?? kind.intervalMs;
    return {
      rules: rulesOf(name, device, kind, time, to),
      intervalMs,
      silentAfterMs: silentAfter(intervalMs),
      maintenanceUntil: maintenanceOf(state, { ...device.info, device: device.info.id }),
      to,
    };
  }

  function rulesOf(name: string, device: DeviceCell, kind: Kind, time: number, to: Emitter): readonly Rule[] {
    const known = ruleSets.get(name);
    if (known !== undefined && time >= known.from && time < known.to) return known.rules;
    const { park, site, intervalMs = kind.intervalMs } = device.info;
    const found = rulesAt(
      {
        kind,
        intervalMs,
        season: state.sites.get(cellOf.site(park, site)) ?? {},
        profileNamed: (profile) => state.profiles.get(cellOf.profile(profile)),
      },
      time,
    );
    // A backlog of another stage does not end what is of this one.
    if (time > device.newest) {
      ruleSets.set(name, found);
      endWithoutRule(device, found.rules, to);
    }
    return found.rules;
  }

  function takeQuarantine(entry: Entry): void {
    for (const { park, device: id, receivedAt } of entryOf(entry)?.records ?? []) {
      const name = cellOf.device(park, id);
      const device = devices.get(name);
      if (device === undefined || receivedAt <= (device.refusedAt ?? 0)) continue;
      device.refusedAt = receivedAt;
      dirty.add(name);
    }
  }

  function takeStatus({ park, device: id, status }: DeviceEntry): void {
    const name = cellOf.device(park, id);
    const device = devices.get(name);
    if (device === undefined) return;
    device.isConnected = status === 'online';
    dirty.add(name);
  }

  function takeClock({ at, platform }: ClockEntry): void {
    const before = head.now;
    head.now = at;
    dirty.add(HEAD);
    if (at - before > GAP_MS || at < before) {
      head.resumedAt = at;
      // What is connected is told anew.
      for (const device of devices.values()) delete device.isConnected;
    }
    const to = emitterAt(at);
    if (platform !== undefined) takePlatform(state, platform, before, to);
    tickDrill(state, to);
    if (!head.hasRegistry) return;
    for (const [name, device] of devices) watchDevice(name, device, to);
    for (const [name, park] of parks) watchPark(name, park, to);
    for (const [name, device] of devices) keepSilence(name, device, to);
    endShelvings(to);
    keepMaintenance(state, to);
  }

  /** What time alone does to a device: late readings settle, what was held back is raised, values go blind. */
  function watchDevice(name: string, device: DeviceCell, to: Emitter): void {
    const kind = kinds.get(device.info.kind);
    if (kind === undefined) return;
    const isSettled = device.lateAt !== undefined && to.now - device.lateAt > SETTLED_MS;
    const isHeld = to.now - device.heardAt > SETTLED_MS && Object.values(device.conditions).some(({ held }) => held);
    if (isSettled || isHeld) {
      const judging = judgingOf(name, device, kind, device.newest, to);
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
      if (to.now - Math.max(condition.fold.last, head.resumedAt) <= after) continue;
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
    const slot = cell.outages[''] ?? {};
    cell.outages[''] = slot;
    let isChanged = watchOutage({ slot, park, site: '', label, devices: all, head, to });
    if (slot.alarm === undefined || slot.phase === 'returned') {
      for (const [site, there] of bySite(all)) {
        if (there.length < 3) continue;
        const of = cell.outages[site] ?? {};
        cell.outages[site] = of;
        const siteLabel = state.sites.get(cellOf.site(park, site))?.label ?? { zh: site, en: site };
        isChanged = watchOutage({ slot: of, park, site, label: siteLabel, devices: there, head, to }) || isChanged;
      }
    }
    isChanged = watchNeverReported(state, kinds, cell, to) || isChanged;
    if (isChanged) {
      dirty.add(name);
      for (const { device } of all) dirty.add(cellOf.device(park, device.info.id));
    }
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

  function judge(reading: Reading, at: number): readonly Transition[] {
    transitions = [];
    ordinal = 0;
    position = at;
    takeOne(reading);
    return transitions;
  }

  return { state, take, judge };
}

function bySite(all: readonly Watched[]): Map<string, Watched[]> {
  const sites = new Map<string, Watched[]>();
  for (const each of all) {
    const there = sites.get(each.device.info.site);
    if (there === undefined) sites.set(each.device.info.site, [each]);
    else there.push(each);
  }
  return sites;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
