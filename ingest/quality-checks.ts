/** Finds values that are possible but suspect, given earlier ones of the same device: spikes, stuck sensors, zeros of a probe that has just started. */
import type { Flag } from '../sensors/flag.ts';
import type { Field } from '../sensors/kind.ts';

const MINUTE = 60_000;
/** Fewer equal values may be chance, however long they last. */
const LEAST_RUN = 5;
/** A silence longer than this many intervals and than a short network failure may be a power failure. */
const SILENT_INTERVALS = 3;
const LEAST_SILENCE_MS = 5 * MINUTE;
/** Registers of a probe fill within minutes of power-up; zeros that stay longer are measured. */
const STARTING_MS = 15 * MINUTE;

interface Memory {
  /** Measured time of the newest value taken into account, epoch ms. */
  time: number;
  /** The last trusted value. */
  value: number;
  /** A pending jump: a change if the next value stays near it, a spike if the next one returns. */
  jump: number | undefined;
  runValue: number;
  runLength: number;
  runStart: number;
  /** Between the last two values, ms. */
  gap: number;
  /** When the device came back from a silence, until its first value that is no zero of a start. */
  returnedAt: number | undefined;
}

/** Reasons for suspicion, as bits. */
export const SPIKE = 1;
export const STUCK = 2;
export const STARTUP = 4;
/** A zero after a silence, in a field that does not fall to zero, or in one that may; the rest of the reading settles it. */
const ODD_ZERO = 8;
const POSSIBLE_ZERO = 16;
export const UNSETTLED = ODD_ZERO | POSSIBLE_ZERO;

/** Watches one field of one device. */
export interface Watch {
  /**
   * 0, SPIKE, STUCK or both; or one of UNSETTLED, until `settle` is called with the rest of the reading. Ignores values that are not newer than
   * the last: a backlog must not look like jumps.
   */
  doubts(value: number, time: number): number;
  /** Settles an UNSETTLED value. */
  settle(value: number, time: number, isStarting: boolean): number;
}

/**
 * Whether the zeros of a reading come from registers that are not filled yet. After a power cut, temperature and pH are never exactly 0.00; oxygen
 * may be, because the aerators stopped, too. So a zero of oxygen alone counts as measured, and beside another zero it does not.
 */
export const isStarting = (doubts: readonly (number | undefined)[]): boolean =>
  doubts.some((each = 0) => (each & ODD_ZERO) !== 0);

/** The memory of one device: one small record per field, so the kind bounds it. */
export interface Suspicion {
  /** Undefined if the field has no check. */
  watch(field: Field): Watch | undefined;
}

const FLAGS: readonly (readonly Flag[])[] = [[], ['spike'], ['stuck'], ['spike', 'stuck'], ['startup']];

/** Flags in the order of a reading. */
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

  return { watch };
}

function createWatch(field: Field): Watch {
  let memory: Memory | undefined;

  function take(value: number, time: number): number {
    if (memory === undefined) {
      const start = { gap: Number.POSITIVE_INFINITY, returnedAt: undefined };
      memory = { time, value, jump: undefined, runValue: value, runLength: 1, runStart: time, ...start };
      return 0;
    }
    const spike = isSpike(memory, field.maxStep, value, time) ? SPIKE : 0;
    const stuck = isStuck(memory, field, value, time) ? STUCK : 0;
    memory.gap = time - memory.time;
    memory.time = time;
    memory.returnedAt = undefined;
    return spike | stuck;
  }

  return {
    doubts(value, time) {
      if (memory === undefined) return take(value, time);
      if (time <= memory.time) return 0;
      return value === 0 ? (zeroAfterSilence(memory, field, time) ?? take(value, time)) : take(value, time);
    },
    // What is no measurement leaves no trace: the next value is held against the one before the silence.
    settle: (value, time, isStarting) => (isStarting ? STARTUP : take(value, time)),
  };
}

/** Undefined: nothing odd about it. */
function zeroAfterSilence(
  memory: Memory,
  { maxStep, clampFrom, normal, resolution, physical: [lowest] }: Field,
  time: number,
) {
  if (maxStep === undefined) return undefined;
  // Where exactly zero is an everyday value, such as 0 mm of water in a paddy, it must be too far from the value before.
  const isEveryday = resolution >= 1 && (normal === undefined || (normal[0] <= 0 && normal[1] >= 0));
  const far = isEveryday ? allowedStep(maxStep, time - memory.time) : maxStep;
  if (Math.abs(memory.value) <= far) return undefined;
  const isSilence = time - memory.time > Math.max(LEAST_SILENCE_MS, SILENT_INTERVALS * memory.gap);
  if (isSilence) memory.returnedAt ??= time;
  if (memory.returnedAt === undefined || time - memory.returnedAt > STARTING_MS) return undefined;
  return clampFrom !== undefined && lowest === 0 ? POSSIBLE_ZERO : ODD_ZERO;
}

/** Natural changes grow like a random walk: on a lake, sixty times the interval raised the largest step from 0.57 to 3.3 mg/L. */
const allowedStep = (maxStep: number, gapMs: number) => maxStep * Math.sqrt(Math.max(1, gapMs / MINUTE));

function isSpike(memory: Memory, maxStep: number | undefined, value: number, time: number): boolean {
  if (maxStep === undefined) return false;
  const allowed = allowedStep(maxStep, time - memory.time);
  const isNear = (other: number) => Math.abs(value - other) <= allowed;
  const isTrusted = isNear(memory.value) || (memory.jump !== undefined && isNear(memory.jump));
  memory.jump = isTrusted ? undefined : value;
  if (isTrusted) memory.value = value;
  return !isTrusted;
}

/** Compares for exact equality: the last digit of a live sensor moves. The kind says how long healthy sensors repeat a value. */
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
  // Water without oxygen stays at zero for hours: it must stay critical and not count as a stuck sensor.
  if (clampFrom !== undefined && value === lowest) return false;
  return memory.runLength >= LEAST_RUN && time - memory.runStart >= stuckAfterMinutes * MINUTE;
}
