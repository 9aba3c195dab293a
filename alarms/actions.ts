/** Actions of people on alarms, as entries of the log: subject `daoyu.actions.{park}`. */
import { isObject } from '../base/json.ts';
import { SEVERITIES, type Severity } from './alarm.ts';
import { startDrill } from './drill.ts';
import { acknowledge, type Emitter, type Slot, setMaintenance, shelve, unshelve } from './lifecycle.ts';
import type { Maintenance, State } from './state.ts';

export type ActionEntry =
  | {
      readonly version: 1;
      readonly action: 'acknowledge';
      readonly alarm: string;
      readonly by: string;
      readonly note?: string;
    }
  | {
      readonly version: 1;
      readonly action: 'shelve';
      readonly alarm: string;
      readonly by: string;
      readonly until: number;
      readonly reason: string;
    }
  | { readonly version: 1; readonly action: 'unshelve'; readonly alarm: string; readonly by: string }
  | { readonly version: 1; readonly action: 'drill'; readonly by: string; readonly severity: Severity }
  | ({ readonly version: 1; readonly action: 'maintenance' } & Maintenance);

export function takeAction(state: State, entry: ActionEntry, to: Emitter): void {
  if (entry.action === 'maintenance') {
    startMaintenance(state, entry, to);
    return;
  }
  if (entry.action === 'drill') {
    state.dirty.add('head');
    startDrill(state, entry.severity, entry.by, to);
    return;
  }
  const found = slotOf(state, entry.alarm);
  if (found === undefined) return;
  const { slot, cell } = found;
  state.dirty.add(cell);
  if (entry.action === 'acknowledge') acknowledge(slot, entry.by, entry.note, to);
  if (entry.action === 'shelve') {
    const { until, by, reason } = entry;
    if (until > to.now) shelve(slot, { until, by, reason }, to);
  }
  if (entry.action === 'unshelve') unshelve(slot, to.now, to, entry.by);
}

function startMaintenance(state: State, entry: Maintenance, to: Emitter): void {
  const { park, site, device, from, until, by, reason } = entry;
  state.dirty.add('head');
  const isSame = (each: Maintenance) => each.park === park && each.site === site && each.device === device;
  state.head.maintenance = [
    ...state.head.maintenance.filter((each) => !isSame(each)),
    ...(until > to.now
      ? [
          {
            park,
            ...(site !== undefined && { site }),
            ...(device !== undefined && { device }),
            from,
            until,
            by,
            reason,
          },
        ]
      : []),
  ];
  keepMaintenance(state, to);
}

/** Updates the maintenance of open alarms when windows start or end. */
export function keepMaintenance(state: State, to: Emitter): void {
  const { head } = state;
  const lasting = head.maintenance.filter(({ until }) => until > to.now);
  if (lasting.length !== head.maintenance.length) {
    head.maintenance = lasting;
    state.dirty.add('head');
  }
  for (const { slot, cell } of slots(state)) {
    const { alarm } = slot;
    if (alarm === undefined) continue;
    const until = maintenanceOf(state, alarm);
    if (alarm.maintenanceUntil === until) continue;
    setMaintenance(slot, until, alarm.maintenanceUntil ?? to.now, to);
    state.dirty.add(cell);
  }
}

/** Until when a device, its site or its park is under maintenance. */
export function maintenanceOf(
  { head }: State,
  { park, site, device }: { readonly park: string; readonly site: string; readonly device?: string },
): number | undefined {
  for (const each of head.maintenance) {
    if (each.park !== park || each.from > head.now || each.until <= head.now) continue;
    if (each.site !== undefined && each.site !== site) continue;
    if (each.device !== undefined && each.device !== device) continue;
    return each.until;
  }
  return undefined;
}

export interface Placed {
  readonly slot: Slot;
  readonly cell: string;
}

export function* slots(state: State): Generator<Placed> {
  for (const slot of Object.values(state.head.platform)) yield { slot, cell: 'head' };
  for (const [cell, { outages, neverReported }] of state.parks) {
    for (const slot of Object.values(outages)) yield { slot, cell };
    yield { slot: neverReported, cell };
  }
  for (const [cell, { conditions, silence, oldData }] of state.devices) {
    for (const slot of Object.values(conditions)) yield { slot, cell };
    yield { slot: silence, cell };
    yield { slot: oldData, cell };
  }
}

function slotOf(state: State, id: string): Placed | undefined {
  for (const placed of slots(state)) if (placed.slot.alarm?.id === id) return placed;
  return undefined;
}

/** Any program may write to the log: anything that is not one of our actions is ignored. */
export function isAction(value: unknown): value is ActionEntry {
  if (!isObject(value) || value.version !== 1 || typeof value.by !== 'string') return false;
  const { action, alarm, until, reason, from, park, note, severity } = value;
  if (action === 'acknowledge') return typeof alarm === 'string' && (note === undefined || typeof note === 'string');
  if (action === 'unshelve') return typeof alarm === 'string';
  if (action === 'drill') return SEVERITIES.some((each) => each === severity);
  const isTimed = typeof until === 'number' && typeof reason === 'string';
  if (action === 'shelve') return isTimed && typeof alarm === 'string';
  return action === 'maintenance' && isTimed && typeof from === 'number' && typeof park === 'string';
}
