/** Follows server-sent events: detects a dead connection, and resumes after the last id received. */
import { createEventParser } from './event-stream.ts';

/** The server sends something at least every 15 s; after a little more than two misses the connection is dead. */
const SILENCE_MS = 35_000;
const LOOK_MS = 1000;
/** After a longer absence the stream starts again: replaying hours of readings to a phone that woke up is useless, because history has them. */
const RESUMABLE_MS = 10 * 60_000;
const RETRY_MS = [500, 1000, 2000, 5000] as const;

export interface EventListener {
  readonly onEvent: (data: string) => void;
  /** Also called on each reconnect. */
  readonly onOpen: () => void;
  /** With the status of the answer, if there was one. */
  readonly onBroken: (status?: number) => void;
}

class StreamRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`stream: HTTP ${status}`);
    this.status = status;
  }
}

/** Resolves when the signal ends it. `clock` also shows how long the machine slept, unlike timers. */
export async function followEvents(
  path: string,
  listener: EventListener,
  signal: AbortSignal,
  clock: () => number,
): Promise<void> {
  let lastId: string | undefined;
  let heardAt = clock();
  let failures = 0;
  while (!signal.aborted) {
    let status: number | undefined;
    try {
      await followOnce(path, clock() - heardAt > RESUMABLE_MS ? undefined : lastId, signal, clock, {
        onOpen: () => {
          failures = 0;
          listener.onOpen();
        },
        onBytes: () => {
          heardAt = clock();
        },
        onEvent: (id, data) => {
          lastId = id ?? lastId;
          listener.onEvent(data);
        },
      });
    } catch (error) {
      // Whatever ended it, it reconnects the same way.
      if (error instanceof StreamRefused) status = error.status;
    }
    if (signal.aborted) return;
    listener.onBroken(status);
    await pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 5000, signal);
  }
}

interface Once {
  readonly onOpen: () => void;
  readonly onBytes: () => void;
  readonly onEvent: (id: string | undefined, data: string) => void;
}

async function followOnce(
  path: string,
  lastId: string | undefined,
  signal: AbortSignal,
  clock: () => number,
  { onOpen, onBytes, onEvent }: Once,
): Promise<void> {
  const silence = new AbortController();
  let heardAt = clock();
  const watch = setInterval(() => clock() - heardAt > SILENCE_MS && silence.abort(), LOOK_MS);
  try {
    const response = await fetch(`/api/v1${path}`, {
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) throw new StreamRefused(response.status);
    onOpen();
    const parse = createEventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heardAt = clock();
      onBytes();
      for (const event of parse(value)) onEvent(event.id, event.data);
    }
  } finally {
    clearInterval(watch);
  }
}

/** Ends early when the network comes back or the page becomes visible again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      ended.abort();
      resolve();
    }
    signal.addEventListener('abort', done, { signal: ended.signal });
    addEventListener('online', done, { signal: ended.signal });
    document.addEventListener('visibilitychange', done, { signal: ended.signal });
  });
}
