/** Bounds the points that answers hold in memory together, by the heap that the process has: what does not fit waits, and is refused by name when its time is over. */
import { getHeapStatistics } from 'node:v8';
import { DaoyuError } from '../base/errors.ts';

export interface MemoryBudget {
  /** Points that one answer may hold at most. */
  readonly capacity: number;
  /** Resolves when there is room for so many, with what gives it back. Rejects with `QUERIES_BUSY`. */
  take(points: number): Promise<() => void>;
}

export interface MemoryBudgetOptions {
  readonly capacity?: number;
  /** How long one waits for room. */
  readonly patienceMs: number;
}

/** A point on its way: columns of the store, an array of two or three, its text, its compressed text: an estimate. */
const BYTES_PER_POINT = 300;
/** The rest is for intake, the ledger and whatever else lives in the process. */
const SHARE = 0.4;
/** More waiting than that are told at once. */
const MAX_WAITING = 100;
/** Small ones pass a large one that waits for room, but not for ever. */
const MOST_PASSED = 10;

interface Waiting {
  readonly points: number;
  readonly go: () => void;
  passed: number;
}

export function createMemoryBudget({
  capacity = Math.floor((getHeapStatistics().heap_size_limit * SHARE) / BYTES_PER_POINT),
  patienceMs,
}: MemoryBudgetOptions): MemoryBudget {
  let held = 0;
  const waiting = new Set<Waiting>();
  const fits = (points: number) => held === 0 || held + points <= capacity;

  function release(points: number): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      held -= points;
      admit();
    };
  }

  function admit(): void {
    const skipped: Waiting[] = [];
    for (const each of waiting) {
      if (!fits(each.points)) {
        if (each.passed >= MOST_PASSED) return;
        skipped.push(each);
        continue;
      }
      for (const other of skipped) other.passed += 1;
      waiting.delete(each);
      held += each.points;
      each.go();
    }
  }

  return {
    capacity,
    async take(asked) {
      const points = Math.min(asked, capacity);
      if (waiting.size === 0 && fits(points)) {
        held += points;
        return release(points);
      }
      if (waiting.size >= MAX_WAITING) throw busy();
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(entry);
          reject(busy());
        }, patienceMs);
        const entry: Waiting = {
          points,
          passed: 0,
          go: () => {
            clearTimeout(timer);
            resolve();
          },
        };
        waiting.add(entry);
        admit();
      });
      return release(points);
    },
  };
}

const busy = () =>
  new DaoyuError(
    'QUERIES_BUSY',
    'answers under way fill the memory that the process has for them; ask again in a moment, for less, or with a coarser every',
  );
