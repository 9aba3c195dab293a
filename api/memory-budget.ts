/** Bounds the points that all answers together hold in memory, by the heap of the process: what does not fit waits, and is refused after a while. */
import { getHeapStatistics } from 'node:v8';
import { DaoyuError } from '../base/errors.ts';

export interface MemoryBudget {
  /** Most points of one answer. */
  readonly capacity: number;
  /** Resolves when there is room, with the function that gives it back. Rejects with `QUERIES_BUSY`. */
  take(points: number): Promise<() => void>;
}

export interface MemoryBudgetOptions {
  readonly capacity?: number;
  /** How long an answer waits for room. */
  readonly patienceMs: number;
}

/** Estimate for one point: columns of the store, an array of two or three, its text, its compressed text. */
const BYTES_PER_POINT = 300;
/** The rest is for intake, the ledger and whatever else lives in the process. */
const SHARE = 0.4;
/** Beyond this many waiting, requests are refused at once. */
const MAX_WAITING = 100;
/** Small answers may overtake a large one that waits for room, but only so many. */
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
