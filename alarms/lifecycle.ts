/** From opened to closed: the only place where an alarm changes; each change is a transition with the next number. */
import { createHash } from 'node:crypto';
import type { Label } from '../sensors/label.ts';
import type { Alarm, AlarmClass, ChangeName, EndReason, Severity, Shelving, Transition } from './alarm.ts';

/** Holds the alarm of one condition, if any. JSON-safe. */
export interface Slot {
  alarm?: Alarm;
  /** It was critical at some time: it closes only after somebody has acknowledged it. */
  wasCritical?: boolean;
  /** Acknowledged or not, whatever covers it. */
  phase?: 'open' | 'acknowledged' | 'returned';
  /** When it opened, within the last hour. */
  opens?: number[];
}

export interface Emitter {
  /** The platform's time of the log entry being processed. */
  readonly now: number;
  readonly emit: (transition: Omit<Transition, 'version' | 'origin'>) => void;
}

export interface Opening {
  readonly park: string;
  readonly site: string;
  readonly device?: string;
  readonly field?: string;
  readonly rule: string;
  readonly class: AlarmClass;
  readonly severity: Severity;
  /** Measured time of the first reading beyond the limit, and of the one that completed the hold. */
  readonly start: number;
  readonly at: number;
  readonly text: Label;
  readonly action: Label;
  readonly value?: number | undefined;
  /** When that was measured, where not at the start. */
  readonly worstAt?: number;
  readonly isHistoric?: boolean;
  readonly isLate?: boolean;
  readonly suppressedBy?: string | undefined;
  readonly maintenanceUntil?: number | undefined;
  readonly children?: readonly string[];
  readonly profile?: Alarm['profile'] | undefined;
  readonly source?: string | undefined;
}

const HOUR = 3_600_000;
/** So many within an hour are chattering. */
const CHATTERING = 5;

/** Reopens a returned alarm that nobody acknowledged; otherwise opens a new one. */
export function open(slot: Slot, given: Opening, to: Emitter): void {
  const { start, at, value, severity, worstAt = start } = given;
  const opens = [...(slot.opens ?? []).filter((each) => each > at - HOUR), at].slice(-CHATTERING);
  slot.opens = opens;
  const isAgain = slot.alarm !== undefined;
  const before = slot.alarm;
  const alarm: Alarm = before
    ? { ...without(before, ['clearedAt', 'endReason']), severity, text: given.text }
    : newAlarm(given, to.now);
  slot.phase = 'open';
  slot.wasCritical = slot.wasCritical === true || severity === 'critical';
  const isChattering = opens.length >= CHATTERING;
  slot.alarm = {
    ...alarm,
    ...(value !== undefined && { worst: { value, at: worstAt } }),
    // Known before it is told.
    ...(isChattering && { isChattering: true }),
  };
  change(slot, isAgain ? 'reopened' : 'opened', at, to);
  if (isChattering && !before?.isChattering) change(slot, 'chattering', at, to);
}

function newAlarm(given: Opening, now: number): Alarm {
  const { park, site, device, field, rule, start, severity, text, action } = given;
  return {
    id: alarmId(given),
    park,
    site,
    ...(device !== undefined && { device }),
    ...(field !== undefined && { field }),
    rule,
    class: given.class,
    severity,
    state: 'open',
    isBlind: false,
    openedAt: start,
    raisedAt: now,
    ...(given.isHistoric && { isHistoric: true }),
    ...(given.isLate && { isLate: true }),
    ...(given.suppressedBy !== undefined && { suppressedBy: given.suppressedBy }),
    ...(given.maintenanceUntil !== undefined && { maintenanceUntil: given.maintenanceUntil }),
    ...(given.children && { children: given.children }),
    ...(given.profile && { profile: given.profile }),
    ...(given.source !== undefined && { source: given.source }),
    text,
    action,
    seq: 0,
  };
}

/** A historic alarm never has the id of one announced in time, even if both begin with the same reading. */
export function alarmId({ park, site, device, rule, start, isHistoric = false }: Opening): string {
  const key = createHash('sha256')
    .update(`${park}/${site}/${device ?? ''}/${rule}/${isHistoric}`)
    .digest('hex')
    .slice(0, 10);
  return `${String(Math.max(0, Math.round(start))).padStart(13, '0')}-${key}`;
}

/** Became critical: an acknowledgement of the warning does not cover this. */
export function escalate(slot: Slot, at: number, text: Label, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.phase = 'open';
  slot.wasCritical = true;
  slot.alarm = { ...slot.alarm, severity: 'critical', text };
  change(slot, 'escalated', at, to);
}

/** Critical, and much worse than what people were told: whoever acknowledged that has not seen this. */
export function worsen(slot: Slot, at: number, text: Label, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.phase = 'open';
  slot.alarm = { ...slot.alarm, text };
  change(slot, 'worsened', at, to);
}

export function ease(slot: Slot, at: number, text: Label, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.alarm = { ...slot.alarm, severity: 'warning', text };
  change(slot, 'eased', at, to);
}

/** The cause has ended. A critical alarm that nobody acknowledged stays until somebody does. */
export function clear(slot: Slot, at: number, endReason: EndReason, to: Emitter): void {
  if (slot.alarm === undefined || slot.phase === 'returned') return;
  const isLatched = slot.wasCritical && slot.phase === 'open' && endReason === 'recovered' && !slot.alarm.isHistoric;
  slot.alarm = { ...slot.alarm, isBlind: false, clearedAt: at, endReason };
  if (!isLatched) {
    close(slot, at, to);
    return;
  }
  slot.phase = 'returned';
  change(slot, 'returned', at, to);
}

/** From any state: its rule or device no longer exists. */
export function end(slot: Slot, at: number, endReason: EndReason, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.alarm = { ...slot.alarm, isBlind: false, endReason: slot.alarm.endReason ?? endReason };
  close(slot, at, to);
}

function close(slot: Slot, at: number, to: Emitter, by?: string): void {
  delete slot.phase;
  delete slot.wasCritical;
  change(slot, 'closed', at, to, by);
  delete slot.alarm;
}

export function acknowledge(slot: Slot, by: string, note: string | undefined, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.alarm = {
    ...slot.alarm,
    acknowledgedBy: by,
    acknowledgedAt: to.now,
    ...(note !== undefined && { note }),
  };
  if (slot.phase === 'returned') {
    close(slot, to.now, to, by);
    return;
  }
  const isFirst = slot.phase === 'open';
  slot.phase = 'acknowledged';
  change(slot, isFirst ? 'acknowledged' : 'updated', to.now, to, by);
}

export function shelve(slot: Slot, shelved: Shelving, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.alarm = { ...slot.alarm, shelved };
  change(slot, 'shelved', to.now, to, shelved.by);
}

export function unshelve(slot: Slot, at: number, to: Emitter, by?: string): void {
  if (slot.alarm?.shelved === undefined) return;
  slot.alarm = without(slot.alarm, ['shelved']);
  change(slot, 'unshelved', at, to, by);
}

export function setBlind(slot: Slot, isBlind: boolean, at: number, text: Label, to: Emitter): void {
  if (slot.alarm === undefined || slot.alarm.isBlind === isBlind || slot.phase === 'returned') return;
  slot.alarm = { ...slot.alarm, isBlind, text };
  change(slot, isBlind ? 'blind' : 'sighted', at, to);
}

export function suppress(slot: Slot, by: string | undefined, at: number, to: Emitter): void {
  if (slot.alarm === undefined || slot.alarm.suppressedBy === by) return;
  slot.alarm = by === undefined ? without(slot.alarm, ['suppressedBy']) : { ...slot.alarm, suppressedBy: by };
  change(slot, by === undefined ? 'unsuppressed' : 'suppressed', at, to);
}

export function setMaintenance(slot: Slot, until: number | undefined, at: number, to: Emitter): void {
  if (slot.alarm === undefined || slot.alarm.maintenanceUntil === until) return;
  slot.alarm =
    until === undefined ? without(slot.alarm, ['maintenanceUntil']) : { ...slot.alarm, maintenanceUntil: until };
  change(slot, until === undefined ? 'maintenance_ended' : 'maintenance', at, to);
}

/** Late readings show that it began earlier. */
export function revise(slot: Slot, openedAt: number, to: Emitter): void {
  if (slot.alarm === undefined || openedAt >= slot.alarm.openedAt) return;
  slot.alarm = { ...slot.alarm, openedAt };
  change(slot, 'revised', openedAt, to);
}

export function update(slot: Slot, changed: Partial<Pick<Alarm, 'text' | 'children'>>, at: number, to: Emitter): void {
  if (slot.alarm === undefined) return;
  slot.alarm = { ...slot.alarm, ...changed };
  change(slot, 'updated', at, to);
}

function change(slot: Slot, name: ChangeName, at: number, to: Emitter, by?: string): void {
  if (slot.alarm === undefined) return;
  const { phase = 'closed' } = slot;
  const state = phase !== 'closed' && slot.alarm.shelved !== undefined ? 'shelved' : phase;
  const alarm: Alarm = { ...slot.alarm, state, seq: slot.alarm.seq + 1 };
  slot.alarm = alarm;
  to.emit({ seq: alarm.seq, change: name, at, noticedAt: to.now, ...(by !== undefined && { by }), alarm });
}

function without<K extends keyof Alarm>(alarm: Alarm, names: readonly K[]): Alarm {
  const rest: Partial<Alarm> = { ...alarm };
  for (const name of names) delete rest[name];
  return rest as Alarm;
}
