/** Finds values that are possible but doubtful by what the same device sent before: spikes and stuck sensors. */
import type { Flag } from '../sensors/flag.ts';
import type { Field } from '../sensors/kind.ts';

const MINUTE = 60_000;
/** Two or three equal values are chance, however far apart. */
const LEAST_RUN = 5;

interface Memory {
  /** Measured time of the newest value taken into account, epoch ms. */
  time: number;
  /** The last value that was believed. */
  value: number;
  /** A jump waits here for the next value: if that stays, it was a change; if it returns, it was a spike. */
  jump: number | undefined;
  runValue: number;
  runLength: number;
  runStart: number;
}

/** What one value may be doubted for, as bits. */
export const SPIKE = 1;
export const STUCK = 2;

/** Watches one field of one device. */
export interface Watch {
  /** 0, SPIKE, STUCK or both. Values that are not newer than the last do not count: a backlog must not look like jumps. */
  doubts(value: number, time: number): number;
}

/** The memory of one device: one small record a field, so it is bounded by the kind. */
export interface Suspicion {
  flagsOf(field: Field, value: number, time: number): readonly Flag[];
  /** Undefined where nothing of the field is ever doubted. */
  watch(field: Field): Watch | undefined;
}

const FLAGS: readonly (readonly Flag[])[] = [[], ['spike'], ['stuck'], ['spike', 'stuck']];

/** In the order in which a reading lists them. */
export const flagsOfDoubts = (doubts: number): readonly Flag[] => FLAGS[doubts] ?? [];

export function createQualityChecks(): Suspicion {
  const watches = new Map<string, Watch>();

  function watch(field: Field): Watch | undefined {
    if (field.maxStep === undefined && field.stuckAfterMinutes === undefined) return undefined;
    const known = watches.get(field.name);
    if (known !== undefined) return known;
    const created = createWatch(field);
    watches.set(field.name, created);
    return created;
  }

  return { watch, flagsOf: (field, value, time) => flagsOfDoubts(watch(field)?.doubts(value, time) ?? 0) };
}

function createWatch(field: Field): Watch {
  let memory: Memory | undefined;
  return {
    doubts(value, time) {
      if (memory === undefined) {
        memory = { time, value, jump: undefined, runValue: value, runLength: 1, runStart: time };
        return 0;
      }
      if (time <= memory.time) return 0;
      const spike = isSpike(memory, field.maxStep, value, time) ? SPIKE : 0;
      const stuck = isStuck(memory, field, value, time) ? STUCK : 0;
      memory.time = time;
      return spike | stuck;
    },
  };
}

function isSpike(memory: Memory, maxStep: number | undefined, value: number, time: number): boolean {
  if (maxStep === undefined) return false;
  // Steps of healthy water grow like a random walk: a sixtyfold time on a lake took the largest from 0.57 to 3.3 mg/L.
  const allowed = maxStep * Math.sqrt(Math.max(1, (time - memory.time) / MINUTE));
  const isNear = (other: number) => Math.abs(value - other) <= allowed;
  const isBelieved = isNear(memory.value) || (memory.jump !== undefined && isNear(memory.jump));
  memory.jump = isBelieved ? undefined : value;
  if (isBelieved) memory.value = value;
  return !isBelieved;
}

/** Exactly equal only: a live sensor shows its last digit moving, and how long healthy ones repeat is in the kind. */
function isStuck(
  memory: Memory,
  { stuckAfterMinutes, clampFrom, physical: [lowest] }: Field,
  value: number,
  time: number,
): boolean {
  if (value !== memory.runValue) {
    memory.runValue = value;
    memory.runLength = 1;
    memory.runStart = time;
    return false;
  }
  memory.runLength++;
  if (stuckAfterMinutes === undefined) return false;
  // Dead water has no oxygen, hour after hour: it stays critical, and is not explained away by the sensor.
  if (clampFrom !== undefined && value === lowest) return false;
  return memory.runLength >= LEAST_RUN && time - memory.runStart >= stuckAfterMinutes * MINUTE;
}
