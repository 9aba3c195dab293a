/** Readings as they reach the log, for any number of followers; a follower may resume behind a position. */

import type { Log } from '../base/logger.ts';
import { subjects } from '../base/topics.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import { entryOf } from '../bus/parse-event.ts';
import type { Reading } from '../sensors/reading.ts';
import { LiveFollower } from './live-follower.ts';
import { createLiveReplay } from './live-replay.ts';

export interface LiveEvent {
  /** Position in the log: the id of a server-sent event. */
  readonly position: number;
  readonly readings: readonly Reading[];
}

export interface LiveFeedOptions {
  readonly bus: Pick<Bus, 'consume' | 'status'>;
  readonly log: Log;
  /** Events buffered per follower; a follower that lags further is ended. */
  readonly maxBuffered?: number;
}

export interface LiveFeed {
  /** Entries appended behind `after` (or from now on), each once and in order, then live. Ends with `signal`, or when the follower lags: it reconnects with its last position. */
  follow(after: number | 'now', signal: AbortSignal): AsyncIterable<LiveEvent>;
}

export interface OpenLiveFeed extends LiveFeed {
  close(): Promise<void>;
}

/** Entries that are already there go together; there is no delay. */
const LIMITS = { maxDeliveries: 64, maxBytes: 4 * 1024 * 1024, waitMs: 0 } as const;

export async function openLiveFeed({ bus, log, maxBuffered = 1000 }: LiveFeedOptions): Promise<OpenLiveFeed> {
  const followers = new Set<LiveFollower>();
  const { lastPosition } = await bus.status();
  /** Everything up to here has been given to the followers. */
  let given = lastPosition;

  function take(deliveries: readonly Delivery[]): void {
    for (const { position, data, parsed } of deliveries) {
      if (position <= given) continue;
      given = position;
      if (followers.size === 0) continue;
      const event = toEvent(position, data, parsed);
      if (event !== undefined) for (const follower of followers) follower.push(event);
    }
  }

  const replay = createLiveReplay({
    bus,
    log,
    toEvent,
    given: () => given,
    onLevel: (follower) => void followers.add(follower),
  });

  async function* follow(after: number | 'now', signal: AbortSignal): AsyncGenerator<LiveEvent> {
    // While nobody follows, what is given lags a little.
    let from = after === 'now' ? Math.max(given, (await bus.status()).lastPosition) : after;
    // An id of another log, e.g. of a data folder that was replaced.
    if (from > given && from > (await bus.status()).lastPosition) from = given;
    if (signal.aborted) return;
    const follower = new LiveFollower(from, maxBuffered);
    const end = () => follower.end();
    signal.addEventListener('abort', end, { once: true });
    try {
      if (from >= given) followers.add(follower);
      else replay.add(follower);
      for await (const event of follower.events()) {
        if (signal.aborted) return;
        yield event;
      }
    } finally {
      signal.removeEventListener('abort', end);
      followers.delete(follower);
      replay.remove(follower);
    }
  }

  const consumer = await startConsumer({
    ...LIMITS,
    ...{ bus, name: 'live feed', subjects: [subjects.allReadings], log, after: lastPosition },
    take,
    mayLag: () => followers.size === 0,
  });

  return {
    follow,
    async close() {
      for (const follower of followers) follower.end();
      await replay.close();
      await consumer.close();
    },
  };
}

function toEvent(position: number, data: string, parsed?: Delivery['parsed']): LiveEvent | undefined {
  const readings = entryOf({ data, parsed })?.readings ?? [];
  return readings.length === 0 ? undefined : { position, readings };
}
