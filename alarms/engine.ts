/**
 * The engine: log entries in, alarm transitions out. It is deterministic: the same entries in the same order give the same transitions, in one run or
 * with any number of crashes in between, in one process or handed over.
 */

import { isObject } from '../base/json.ts';
import type { Delivery } from '../bus/bus.ts';
import type { ClockEntry, DeviceEntry, RegistryEntry } from '../bus/events.ts';
import { entryOf } from '../bus/parse-event.ts';
import type { Kind } from '../sensors/kind.ts';
import type { JudgedReading } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';
import { isAction, keepMaintenance, takeAction } from './actions.ts';
import type { Transition } from './alarm.ts';
import { createCellNames } from './cell-names.ts';
import { tickDrill } from './drill.ts';
import { createJudges } from './judges.ts';
import { MAX_LATE, settleLate } from './late-readings.ts';
import type { Emitter } from './lifecycle.ts';
import { takePlatform } from './platform-checks.ts';
import { takeReading } from './readings.ts';
import { takeRegistry } from './registry-changes.ts';
import { hearFresh } from './silence.ts';
import { cellOf, type DeviceCell, HEAD, newDevice, type State } from './state.ts';
import { createWatch } from './watch.ts';

/** A longer gap between two ticks means that the platform was not running. */
const GAP_MS = 15_000;

export type Entry = Pick<Delivery, 'subject' | 'data' | 'parsed' | 'position' | 'appendedAt'>;

export interface EngineOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly state: State;
}

export interface Engine {
  readonly state: State;
  /** The transitions that an entry causes, in order. */
  take(entry: Entry): readonly Transition[];
  /** The transitions that one reading causes, for evaluating stored readings. */
  judge(reading: Reading, position: number): readonly Transition[];
}

export function createEngine({ kinds, state }: EngineOptions): Engine {
  const { head, devices, dirty } = state;
  const judges = createJudges(state);
  const watch = createWatch({ state, kinds, judges });
  let transitions: Transition[] = [];
  let ordinal = 0;
  let position = 0;

  const emit: Emitter['emit'] = (given) => {
    transitions.push({ version: 1, ...given, origin: { position, ordinal } });
    ordinal += 1;
  };
  const emitterAt = (now: number): Emitter => ({ now, emit });
  const deviceName = createCellNames(cellOf.device);

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
      judges.forget();
      takeRegistry(state, value as unknown as RegistryEntry, emitterAt(appendedAt));
    }
  }

  function takeReadings(entry: Entry): void {
    if (!head.hasRegistry) return;
    for (const reading of entryOf(entry)?.judged ?? []) takeOne(reading);
  }

  function takeOne(reading: JudgedReading): void {
    const name = deviceName(reading.park, reading.device);
    const kind = kinds.get(reading.kind);
    if (kind === undefined) return;
    const device = devices.get(name) ?? addDevice(name, reading);
    dirty.add(name);
    const to = emitterAt(reading.receivedAt);
    const judging = judges.judgingOf(name, device, kind, reading.time, to);
    takeReading(device, reading, judging);
    // The platform's own time was given to those that told none.
    if (reading.time !== reading.receivedAt) device.clockSeen = { at: head.now, isAhead: false };
    if (device.freshAt === reading.receivedAt) hearFresh(device, to);
    if (device.late.length > MAX_LATE) settleLate(device, judging);
  }

  /** A device that reports before the registry names it is taken for what its reading says. */
  function addDevice(name: string, { park, site, device: id, kind }: JudgedReading): DeviceCell {
    const device = newDevice({ park, site, id, kind, label: { zh: id, en: id } });
    devices.set(name, device);
    return device;
  }

  function takeQuarantine(entry: Entry): void {
    for (const { park, device: id, receivedAt, reason } of entryOf(entry)?.records ?? []) {
      const name = cellOf.device(park, id);
      const device = devices.get(name);
      if (device !== undefined && reason.code === 'TIME_IN_FUTURE') {
        device.clockSeen = { at: head.now, isAhead: true };
        dirty.add(name);
      }
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
      // Devices that are connected report it again.
      for (const device of devices.values()) delete device.isConnected;
    }
    if (platform?.logFull === undefined) delete head.isDeaf;
    else {
      // Nobody is silent whom we do not hear: silence counts from when we do again.
      head.isDeaf = true;
      head.resumedAt = at;
    }
    const to = emitterAt(at);
    if (platform !== undefined) takePlatform(state, platform, before, to);
    tickDrill(state, to);
    if (!head.hasRegistry) return;
    watch.tick(to);
    keepMaintenance(state, to);
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

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
