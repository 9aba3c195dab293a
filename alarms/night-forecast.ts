/**
 * How low a value will fall before the morning: as far as it fell last night from the same time of day on. Plain enough to be explained in a message; how wrong
 * it is stands in docs/alarms.md. Whole half-hours, trusted readings only.
 */
import { BEIJING_OFFSET_MS } from '../base/beijing-time.ts';

const HOUR = 60 * 60_000;
const HALF_HOUR = HOUR / 2;
const DAY_SLOTS = 48;
const KEPT_SLOTS = DAY_SLOTS + 4;
/** By Beijing time: the sun is up everywhere in the country by nine but in the far west. */
const MORNING_HOUR = 9;
const FROM_HOUR = 20;
const TO_HOUR = 5;
/** Of last night's half-hours so many must be known. */
const KNOWN_SHARE = 0.75;

/** JSON-safe. */
export interface NightCurve {
  /** Number of the half-hour that is going on, since 1970. */
  slot: number;
  sum: number;
  count: number;
  /** Means of the half-hours before it, oldest first; null where nothing is known. */
  means: (number | null)[];
  /** What is expected, of the half-hours that are over. */
  low?: number;
}

export const newCurve = (): NightCurve => ({ slot: 0, sum: 0, count: 0, means: [] });

/** In the order of measurement. */
export function noteOnCurve(curve: NightCurve, time: number, value: number): void {
  const slot = Math.floor(time / HALF_HOUR);
  if (slot !== curve.slot) turnTo(curve, slot);
  curve.sum += value;
  curve.count += 1;
}

/** The lowest expected before the morning; `day` while there is nothing to forecast, undefined when it is not known. */
export function expectedLow(curve: NightCurve | undefined, time: number): number | 'day' | undefined {
  // Asked for every reading: no date is made of it.
  const hour = Math.floor((time + BEIJING_OFFSET_MS) / HOUR) % 24;
  if (hour < FROM_HOUR && hour >= TO_HOUR) return 'day';
  return curve?.low;
}

/** Within the last hour, of the half-hours that are over; undefined where one of them is not known. */
export function movedBy(curve: NightCurve | undefined, time: number): number | undefined {
  if (curve === undefined || curve.slot !== Math.floor(time / HALF_HOUR)) return undefined;
  const [now, before] = [curve.means.at(-1), curve.means.at(-3)];
  return typeof now === 'number' && typeof before === 'number' ? now - before : undefined;
}

function turnTo(curve: NightCurve, slot: number): void {
  const passed = slot - curve.slot;
  if (passed < 0 || passed > KEPT_SLOTS) curve.means = [];
  else {
    curve.means.push(curve.count > 0 ? Math.round((1000 * curve.sum) / curve.count) / 1000 : null);
    for (let skipped = 1; skipped < passed; skipped++) curve.means.push(null);
    curve.means.splice(0, curve.means.length - KEPT_SLOTS);
  }
  Object.assign(curve, { slot, sum: 0, count: 0 });
  const low = lowOf(curve);
  if (low === undefined) delete curve.low;
  else curve.low = low;
}

function lowOf({ slot, means }: NightCurve): number | undefined {
  const now = means.at(-1) ?? undefined;
  const yesterday = means.length - 1 - DAY_SLOTS;
  const then = means[yesterday] ?? undefined;
  if (now === undefined || then === undefined) return undefined;
  const night = means.slice(yesterday, yesterday + slotsToMorning(slot - 1) + 1);
  const known = night.filter((mean) => mean !== null);
  if (known.length < KNOWN_SHARE * night.length) return undefined;
  return now + Math.min(...known) - then;
}

function slotsToMorning(slot: number): number {
  const ofDay = (slot + BEIJING_OFFSET_MS / HALF_HOUR) % DAY_SLOTS;
  return (2 * MORNING_HOUR - ofDay + DAY_SLOTS) % DAY_SLOTS;
}
