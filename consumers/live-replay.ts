/**
 * Replays the log for followers that resume: one reader for all of them. It serves the follower that is furthest behind
 * and, with the same piece, all others that need it. Its rate is bounded, because a page that asks for a whole log must not delay PUBACKs.
 */
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { createTokenBucket } from '../base/token-bucket.ts';
import type { Bus, Consumption, Delivery } from '../bus/bus.ts';
import type { LiveEvent } from './live-feed.ts';
import type { LiveFollower } from './live-follower.ts';

export interface LiveReplay {
  /** Until it is level with the live feed. */
  add(follower: LiveFollower): void;
  remove(follower: LiveFollower): void;
  close(): Promise<void>;
}

export interface LiveReplayOptions {
  readonly bus: Pick<Bus, 'consume'>;
  readonly log: Log;
  /** Position up to which the live feed has given everything. */
  readonly given: () => number;
  /** The follower is level; called in the same turn, so that nothing slips in between. */
  readonly onLevel: (follower: LiveFollower) => void;
  readonly toEvent: (position: number, data: string) => LiveEvent | undefined;
  readonly bytesPerSecond?: number;
}

/** Everything, so that the end of the log can be told from waiting for it. */
const EVERYTHING = 'daoyu.>';
const PIECE_ENTRIES = 64;
/** Given in one turn of the event loop to all followers together; at least one entry goes to each. */
const TURN_BYTES = 1024 * 1024;
const BYTES_PER_SECOND = 8 * 1024 * 1024;
const BURST_SECONDS = 0.25;
/** Replaying rests this many times as long as it worked: intake has the rest. */
const REST = 3;
const LONGEST_REST_MS = 1000;

interface Cursor {
  readonly consumption: Consumption;
  readonly entries: AsyncIterator<Delivery>;
  /** Of the entry that was read last. */
  position: number;
}

interface Piece {
  readonly events: readonly LiveEvent[];
  readonly upTo: number;
  readonly bytes: number;
}

export function createLiveReplay(options: LiveReplayOptions): LiveReplay {
  const { bus, log, given, onLevel, toEvent, bytesPerSecond = BYTES_PER_SECOND } = options;
  const behind = new Set<LiveFollower>();
  const stopping = new AbortController();
  const bucket = createTokenBucket(bytesPerSecond, () => performance.now(), BURST_SECONDS);
  let cursor: Cursor | undefined;
  let running: Promise<void> | undefined;
  let nudge: (() => void) | undefined;

  async function run(): Promise<void> {
    try {
      while (behind.size > 0) await serve();
    } catch (error) {
      log.warn({ code: codeOf(error) }, 'the log cannot be replayed; followers come back with their last position');
      for (const follower of behind) follower.end();
      behind.clear();
    } finally {
      running = undefined;
      await closeCursor();
    }
  }

  async function serve(): Promise<void> {
    const ready = [...behind].filter((follower) => follower.isIdle);
    if (ready.length === 0) {
      await new Promise<void>((resolve) => {
        nudge = resolve;
      });
      return;
    }
    const began = performance.now();
    const piece = await read(Math.min(...ready.map(({ position }) => position)), TURN_BYTES / ready.length);
    for (const follower of ready) give(follower, piece);
    // What the followers write to their sockets belongs to the work.
    await turn();
    const workMs = performance.now() - began;
    const restMs = Math.max(bucket.take(piece.bytes * ready.length), Math.min(REST * workMs, LONGEST_REST_MS));
    if (behind.size > 0) await wait(restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  function give(follower: LiveFollower, { events, upTo }: Piece): void {
    if (!behind.has(follower)) return;
    follower.give(events, upTo);
    if (follower.position < given()) return;
    behind.delete(follower);
    onLevel(follower);
  }

  async function read(after: number, maxBytes: number): Promise<Piece> {
    if (cursor?.position !== after) {
      await closeCursor();
      const consumption = await bus.consume({ subjects: [EVERYTHING], from: { after } });
      cursor = { consumption, entries: consumption[Symbol.asyncIterator](), position: after };
    }
    const own = cursor;
    const events: LiveEvent[] = [];
    let bytes = 0;
    for (let count = 0; count < PIECE_ENTRIES && bytes < maxBytes && own.position < given(); count++) {
      const next = await own.entries.next();
      // Closed, because the last follower left.
      if (next.done) break;
      const { position, data, subject } = next.value;
      own.position = position;
      if (!subject.startsWith('daoyu.readings.')) continue;
      const event = toEvent(position, data);
      if (event === undefined) continue;
      events.push(event);
      bytes += data.length;
    }
    return { events, upTo: own.position, bytes };
  }

  async function closeCursor(): Promise<void> {
    const open = cursor;
    cursor = undefined;
    await open?.consumption.close();
  }

  return {
    add(follower) {
      behind.add(follower);
      follower.onIdle(() => nudge?.());
      nudge?.();
      running ??= run();
    },
    remove(follower) {
      if (!behind.delete(follower)) return;
      nudge?.();
      // It may wait for an entry that never comes.
      if (behind.size === 0) void cursor?.consumption.close();
    },
    async close() {
      stopping.abort();
      for (const follower of behind) follower.end();
      behind.clear();
      nudge?.();
      await cursor?.consumption.close();
      await running;
    },
  };
}
