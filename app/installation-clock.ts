/**
 * What an installation knows of time beside the machine's clock, which may be wrong: its own age, which nobody sets; a time for retention that no
 * jump carries away; and when the clock was seen to be wrong. Kept in the shared state. A clock that steps counts as wrong before the step, because
 * clocks are set to be right; one that steps back by as much soon after was right before.
 */
import type { Kv } from '../kv/kv.ts';

export interface InstallationClock {
  /** Ms that the installation has lived: it grows with the monotonic clock, and a time of rest counts for at most a week. */
  age(): number;
  /** Epoch ms before which things may be called old: never ahead of the clock, at most twice as fast as time itself. */
  retentionNow(): number;
  /** When what came at that age was really received, as far as is known by now: epoch ms. */
  correctedReceipt(record: { readonly receivedAt: number; readonly keptAt?: number }): number;
  /** Undefined: nothing speaks against the clock. */
  doubt(): ClockDoubt | undefined;
  close(): Promise<void>;
}

export interface ClockDoubt {
  /** By how much the clock is behind its own earlier time, ms. */
  readonly behindMs?: number;
  /** The clock jumped by so much against the monotonic clock within the last minutes, ms. */
  readonly steppedMs?: number;
}

export interface InstallationClockOptions {
  readonly kv: Pick<Kv, 'get' | 'put'>;
  readonly clock: () => number;
  /** Ms of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** Several machines, each with a clock of its own: their steps are told, but say nothing of what others received. */
  readonly isShared?: boolean;
  /** 0 leaves looking to the questions. */
  readonly lookEveryMs?: number;
}

/** A stretch of the installation's age in which its clock was wrong. */
interface WrongTime {
  readonly from: number;
  readonly to: number;
  /** What must be added to times of it; absent: not known. */
  readonly by?: number;
}

interface Kept {
  readonly age: number;
  /** The clock when this was put. */
  readonly wall: number;
  readonly retention: number;
  readonly wrong: readonly WrongTime[];
  /** The clock has stood before `retention` since this age. */
  readonly behindSince?: number;
}

const KEY = 'clock/installation';
const LOOK_EVERY_MS = 1000;
const KEEP_EVERY_MS = 60_000;
const DAY = 86_400_000;
/** Network time corrects less without a step; more is a clock that was set. */
const STEP_MS = 60_000;
/** A step is told for so long. */
const TOLD_MS = 10 * 60_000;
/** Longer rests count for so long: to call things young for too long costs nothing. */
const MOST_REST_MS = 7 * DAY;
/** After a rest the time for retention catches up so much at once, and the rest at the speed of time. */
const MOST_CATCH_UP_MS = DAY;
const MOST_WRONG_TIMES = 50;
/** What came last before a step may be kept a little after it. */
const KEPT_WITHIN_MS = 5000;

export async function openInstallationClock(options: InstallationClockOptions): Promise<InstallationClock> {
  const { kv, clock, monotonic, isShared = false, lookEveryMs = LOOK_EVERY_MS } = options;
  const kept = (await kv.get<Kept>(KEY))?.value;
  let [wall, mono] = [clock(), monotonic()];
  let age = (kept?.age ?? 0) + clamp(wall - (kept?.wall ?? wall), 0, MOST_REST_MS);
  let retention =
    kept === undefined ? wall : Math.max(kept.retention, Math.min(wall, kept.retention + MOST_CATCH_UP_MS));
  let wrong = kept?.wrong ?? [];
  let behindSince = kept?.behindSince;
  /** Since then the clock has not been seen to step. */
  let segmentFrom = age;
  let step: { readonly by: number; readonly at: number } | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;
  let keeping: Promise<void> = Promise.resolve();
  // Behind when it last ran and not any more: set right while nobody looked.
  if (behindSince !== undefined && !isBehind()) addWrong({ from: behindSince, to: age });
  noteBehind();

  function isBehind(): boolean {
    return wall < retention - STEP_MS;
  }

  function noteBehind(): void {
    behindSince = isBehind() ? (behindSince ?? age) : undefined;
  }

  function addWrong(added: WrongTime): void {
    if (!isShared) wrong = [...wrong, added].slice(-MOST_WRONG_TIMES);
  }

  function noteStep(by: number): void {
    const last = wrong.at(-1);
    const isUndone = last?.by !== undefined && Math.abs(last.by + by) < Math.max(STEP_MS, Math.abs(by) / 100);
    if (isUndone) wrong = wrong.slice(0, -1);
    addWrong({ from: Math.min(behindSince ?? segmentFrom, segmentFrom), to: age, by });
    segmentFrom = age;
    behindSince = undefined;
    step = { by, at: mono };
  }

  function look(): void {
    const [wallNow, monoNow] = [clock(), monotonic()];
    const elapsed = monoNow - mono;
    const by = wallNow - wall - elapsed;
    age += elapsed;
    mono = monoNow;
    wall = wallNow;
    const isStep = Math.abs(by) >= STEP_MS;
    if (isStep) noteStep(by);
    if (wall > retention) retention += Math.min(wall - retention, 2 * elapsed);
    noteBehind();
    if (isStep || monoNow - keptAt >= KEEP_EVERY_MS) keep();
  }

  function keep(): void {
    keptAt = mono;
    keeping = keeping.then(async () => {
      const item = await kv.get<Kept>(KEY);
      // Of several processes the one that lived longest knows best.
      age = Math.max(age, item?.value.age ?? 0);
      const value: Kept = { age, wall, retention, wrong, ...(behindSince !== undefined && { behindSince }) };
      await kv.put(KEY, value, item?.revision ?? 0);
    });
    // The next one will do.
    keeping = keeping.catch(() => undefined);
  }

  const timer = lookEveryMs > 0 ? setInterval(look, lookEveryMs) : undefined;
  timer?.unref();
  keep();

  return {
    age() {
      look();
      return age;
    },
    retentionNow() {
      look();
      return Math.min(wall, retention);
    },
    correctedReceipt({ receivedAt, keptAt: at }) {
      look();
      if (at === undefined) return receivedAt;
      const found = wrong.find(({ from, to }) => at >= from && at <= to + KEPT_WITHIN_MS);
      if (found === undefined) return receivedAt;
      return found.by === undefined ? wall : receivedAt + found.by;
    },
    doubt() {
      look();
      const behindMs = retention - wall;
      const isTold = step !== undefined && mono - step.at < TOLD_MS;
      if (behindMs < STEP_MS && !isTold) return undefined;
      return {
        ...(behindMs >= STEP_MS && { behindMs }),
        ...(isTold && step !== undefined && { steppedMs: step.by }),
      };
    },
    async close() {
      clearInterval(timer);
      look();
      keep();
      await keeping;
    },
  };
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
