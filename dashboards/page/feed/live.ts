/** The live stream: follows it, notices when it dies without a word, and comes back behind the last id it had. */
import type { Reading } from '../../../sensors/reading.ts';
import { createEventParser } from './event-stream.ts';

/** The server says something at least every 15 s; twice missed and a bit, the line is dead. */
const SILENCE_MS = 35_000;
const RETRY_MS = [500, 1000, 2000, 5000] as const;

export interface LiveListener {
  readonly onReadings: (readings: readonly Reading[]) => void;
  /** Also called on each reconnect. */
  readonly onOpen: () => void;
  readonly onBroken: () => void;
}

/** Ends with the signal; resolves then. */
export async function followLive(listener: LiveListener, signal: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await followOnce(lastId, signal, {
        onOpen: () => {
          failures = 0;
          listener.onOpen();
        },
        onEvent: (id, readings) => {
          lastId = id ?? lastId;
          listener.onReadings(readings);
        },
      });
    } catch {
      // Whatever ended it, the way back is the same.
    }
    if (signal.aborted) return;
    listener.onBroken();
    await pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 5000, signal);
  }
}

interface Once {
  readonly onOpen: () => void;
  readonly onEvent: (id: string | undefined, readings: readonly Reading[]) => void;
}

async function followOnce(lastId: string | undefined, signal: AbortSignal, { onOpen, onEvent }: Once): Promise<void> {
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch('/api/v1/live', {
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) throw new Error(`live: HTTP ${response.status}`);
    onOpen();
    const parse = createEventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const event of parse(value)) onEvent(event.id, readingsIn(event.data));
    }
  } finally {
    clearTimeout(watch);
  }
}

function readingsIn(data: string): readonly Reading[] {
  const parsed = JSON.parse(data) as Reading | { readonly readings: readonly Reading[] };
  return 'readings' in parsed ? parsed.readings : [parsed];
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
