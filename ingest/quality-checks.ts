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

/** The memory of one device: one small record a field, so it is bounded by the kind. */
export interface Suspicion {
  /** Values that are not newer than the last do not count: a backlog must not look like jumps. */
  flagsOf(field: Field, value: number, time: number): readonly Flag[];
}

const NONE: readonly Flag[] = [];

export function createQualityChecks(): Suspicion {
  const memories = new Map<string, Memory>();
  return {
    flagsOf(field, value, time) {
      if (field.maxStep === undefined && field.stuckAfterMinutes === undefined) return NONE;
      const memory = memories.get(field.name);
      if (memory === undefined) {
        memories.set(field.name, { time, value, jump: undefined, runValue: value, runLength: 1, runStart: time });
        return NONE;
      }
      if (time <= memory.time) return NONE;
      const flags: Flag[] = [];
      if (isSpike(memory, field.maxStep, value, time)) flags.push('spike');
      if (isStuck(memory, field, value, time)) flags.push('stuck');
      memory.time = time;
      return flags;
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
