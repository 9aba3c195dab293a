/** Applies readings to the conditions of their device; late ones are collected for late-readings.ts. */
import { isDoubtful } from '../sensors/flag.ts';
import { fieldsOf, type JudgedReading, valueIn } from '../sensors/packed-reading.ts';
import { type Code, newFold, step, UNKNOWN } from './fold.ts';
import type { Judging } from './judging.ts';
import { clear, type Emitter, ease, end, escalate, setBlind, worsen } from './lifecycle.ts';
import { expectedLow, movedBy, newCurve, noteOnCurve } from './night-forecast.ts';
import { raiseHeld, raisePast } from './raise.ts';
import type { Measured, Rule } from './rule.ts';
import type { Condition, DeviceCell, Point } from './state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Late readings within it are evaluated together with those that came in time. */
const WINDOW_MS = 6 * HOUR;
const MAX_POINTS = 400;
/** Removed together beyond that: removing one from the front moves all the others. */
const TRIMMED_AT_ONCE = 40;
/** For this long after power returns, registers may be unfilled: a reading of zeros only is not a measurement. */
const DOUBTED_MS = 15 * MINUTE;

/** The newest reading of a device, or a late one. */
export function takeReading(device: DeviceCell, reading: JudgedReading, judging: Judging): void {
  const { time, receivedAt } = reading;
  const isFresh = receivedAt - time <= judging.silentAfterMs;
  noteReturn(device, reading, judging.silentAfterMs);
  device.heardAt = Math.max(device.heardAt, receivedAt);
  if (isFresh) device.freshAt = Math.max(device.freshAt, receivedAt);
  if (time === device.newest) return;
  const isLate = time < device.newest;
  for (const field of fieldsOf(reading)) device.seen[field] ??= time;
  if (!isLate) noteCurves(device, reading, judging.curveFields);
  const point = pointOf(device, reading, judging, isLate);
  if (isLate) {
    device.late.push(point);
    device.lateAt = receivedAt;
    return;
  }
  device.newest = time;
  device.points.push(point);
  // Nearly always nothing is wrong, and nothing was.
  if (point.c !== undefined || !isEmpty(device.conditions))
    for (const rule of judging.rules) follow(device, rule, point, reading, isFresh, judging);
  trim(device, judging.rules);
}

/** Silent until now, by its own times or by ours: a battery-powered logger keeps measuring while its probes have no power. */
function noteReturn(device: DeviceCell, { time, receivedAt }: JudgedReading, silentAfterMs: number): void {
  if (time - device.newest > silentAfterMs) device.returnedAt = time;
  else if (receivedAt - device.heardAt > silentAfterMs) device.returnedAt = receivedAt;
  else if (device.returnedAt !== undefined && device.newest - device.returnedAt > DOUBTED_MS) delete device.returnedAt;
}

function noteCurves(device: DeviceCell, reading: JudgedReading, fields: readonly string[]): void {
  for (const field of fields) {
    const value = valueIn(reading, field);
    if (value === undefined || isDoubtful(reading.flags?.[field])) continue;
    device.curves ??= {};
    device.curves[field] ??= newCurve();
    noteOnCurve(device.curves[field], reading.time, value);
  }
}

/** A reading beside what is known of its device. */
class OfDevice implements Measured {
  readonly flags: Measured['flags'];
  readonly #reading: JudgedReading;
  readonly #device: DeviceCell;
  readonly #isLate: boolean;

  constructor(reading: JudgedReading, device: DeviceCell, isLate: boolean) {
    this.flags = reading.flags;
    this.#reading = reading;
    this.#device = device;
    this.#isLate = isLate;
  }

  value(field: string): number | undefined {
    return valueIn(this.#reading, field);
  }

  hasSent(field: string): boolean {
    return this.#device.seen[field] !== undefined;
  }

  expectedLow(field: string): number | 'day' | undefined {
    return this.#isLate ? undefined : expectedLow(this.#device.curves?.[field], this.#reading.time);
  }

  movedBy(field: string): number | undefined {
    return this.#isLate ? undefined : movedBy(this.#device.curves?.[field], this.#reading.time);
  }
}

function pointOf(
  device: DeviceCell,
  reading: JudgedReading,
  { rules, envelope, silentAfterMs }: Judging,
  isLate: boolean,
): Point {
  const { time } = reading;
  const measured = new OfDevice(reading, device, isLate);
  const asked = envelope.holds(measured) ? envelope.others : rules;
  const { returnedAt = Number.NEGATIVE_INFINITY } = device;
  const isJustBack = time > returnedAt - silentAfterMs && time <= returnedAt + DOUBTED_MS;
  let codes: Record<string, Code> | undefined;
  for (const rule of asked) {
    const code = rule.codeOf(measured);
    if (code === undefined || code === 0) continue;
    if (code === UNKNOWN && rule.isForecast && device.conditions[rule.id] === undefined) continue;
    codes ??= {};
    codes[rule.id] = isJustBack && code >= 2 && isEmptyRegister(rule, reading) ? UNKNOWN : code;
  }
  return codes === undefined ? { t: time } : { t: time, c: codes };
}

/** The content of registers that are not filled yet. */
function isEmptyRegister(rule: Rule, reading: JudgedReading): boolean {
  if (rule.class !== 'process') return false;
  return rule.field === undefined || rule.isWorse === undefined || valueIn(reading, rule.field) === 0;
}

function follow(
  device: DeviceCell,
  rule: Rule,
  point: Point,
  reading: JudgedReading,
  isFresh: boolean,
  judging: Judging,
): void {
  const code = point.c?.[rule.id] ?? 0;
  const known = device.conditions[rule.id];
  if (known === undefined && code < 2) return;
  const condition = known ?? { fold: newFold(), base: newFold(), episodes: [] };
  if (known === undefined) device.conditions[rule.id] = condition;
  if (code === UNKNOWN) return;
  const value = rule.field === undefined ? undefined : valueIn(reading, rule.field);
  if (value !== undefined) condition.value = value;
  noteWorst(condition, rule, value, point.t, code);
  const change = step(condition.fold, point.t, code, rule.holds);
  const { to } = judging;
  const textNow = (severity: 'warning' | 'critical') => rule.text(severity, condition.value);
  if (condition.alarm?.isBlind) setBlind(condition, false, point.t, textNow(condition.alarm.severity), to);
  if (change?.is === 'opened') {
    condition.episodes.push([change.start, 0]);
    condition.held = { level: change.level, start: change.start, at: change.at, ...(value !== undefined && { value }) };
  }
  if (change?.is === 'escalated') {
    if (condition.held) condition.held.level = 2;
    else {
      if (value !== undefined) condition.told = value;
      escalate(condition, change.at, textNow('critical'), to);
    }
  }
  if (change?.is === 'eased') {
    if (condition.held) condition.held.level = 1;
    else ease(condition, change.at, textNow('warning'), to);
  }
  if (change?.is === 'cleared') {
    const episode = condition.episodes.at(-1);
    if (episode) episode[1] = change.at;
    if (condition.held) raisePast(device, rule, condition.held, change.at, judging);
    else clear(condition, change.at, 'recovered', to);
    delete condition.held;
  }
  if (change === undefined && value !== undefined && isMuchWorse(condition, rule, value, code)) {
    condition.told = value;
    worsen(condition, point.t, textNow('critical'), to);
  }
  // Only for current readings: the next reading of a backlog may show that it is over.
  if (isFresh) raiseHeld(device, rule, condition, judging, change?.is !== 'opened');
}

function isMuchWorse(
  { alarm, phase, told }: Condition,
  { isWorse, worseBy }: Rule,
  value: number,
  code: Code,
): boolean {
  if (alarm?.severity !== 'critical' || phase === 'returned' || code !== 4) return false;
  if (told === undefined || worseBy === undefined) return false;
  return isWorse?.(value, told) === true && Math.abs(value - told) >= worseBy;
}

/** The worst value while the alarm is open; reported with the next transition. */
function noteWorst(condition: Condition, rule: Rule, value: number | undefined, at: number, code: Code): void {
  const { alarm, held } = condition;
  if (value === undefined || code < 2 || rule.isWorse === undefined) return;
  if (held !== undefined && (held.value === undefined || rule.isWorse(value, held.value))) {
    held.value = value;
    held.worstAt = at;
  }
  if (alarm === undefined) return;
  if (alarm.worst !== undefined && !rule.isWorse(value, alarm.worst.value)) return;
  condition.alarm = { ...alarm, worst: { value, at } };
}

/** Points that leave the window are folded into the base, from which the window can be evaluated again. */
function trim(device: DeviceCell, rules: readonly Rule[]): void {
  const { points } = device;
  const isTooOld = (points[0]?.t ?? device.newest) < device.newest - WINDOW_MS;
  if (points.length < MAX_POINTS + TRIMMED_AT_ONCE && !isTooOld) return;
  const oldest = device.newest - WINDOW_MS;
  let count = 0;
  while (points.length - count > MAX_POINTS || (points[count]?.t ?? device.newest) < oldest) count += 1;
  if (count === 0) return;
  const hasConditions = !isEmpty(device.conditions);
  for (const point of points.splice(0, count)) {
    device.cut = point.t;
    for (const rule of hasConditions ? rules : []) {
      const condition = device.conditions[rule.id];
      if (condition) step(condition.base, point.t, point.c?.[rule.id] ?? 0, rule.holds);
    }
  }
  for (const [id, condition] of Object.entries(device.conditions)) {
    condition.episodes = condition.episodes.filter(([, until]) => until === 0 || until > device.cut);
    if (isIdle(condition, device.newest)) delete device.conditions[id];
  }
}

function isIdle({ fold, base, alarm, held, episodes, opens }: Condition, now: number): boolean {
  if (fold.open || base.open || fold.bad !== undefined || base.bad !== undefined) return false;
  return alarm === undefined && held === undefined && episodes.length === 0 && !((opens?.at(-1) ?? 0) > now - HOUR);
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

/** Alarms of rules that no longer apply to the device. */
export function endWithoutRule(device: DeviceCell, rules: readonly Rule[], to: Emitter): void {
  for (const [id, condition] of Object.entries(device.conditions)) {
    if (rules.some((rule) => rule.id === id)) continue;
    end(condition, to.now, 'rule_removed', to);
    delete device.conditions[id];
  }
}
