/**
 * Events that people entered on this phone and that the platform has not taken yet. They survive a closed page, are sent in order, and again until
 * they are taken: the id of an event makes the second time harmless. One that is refused stays, with the reason, until a person changes or discards it.
 */
import { RequestFailed } from './api.ts';
import type { FarmEvent, NewEvent } from './journal.ts';

export interface WaitingEvent {
  readonly event: NewEvent;
  /** Why the platform refuses it; absent while it only waits for the network. */
  readonly refusal?: string;
}

export interface EventOutbox {
  state(): readonly WaitingEvent[];
  subscribe(listener: () => void): () => void;
  /** Kept when it returns; it is sent in the background. Throws `OutboxFull` when people should look at what waits first. */
  add(event: NewEvent): void;
  discard(id: string): void;
  /** Tries what waits; resolves when there is nothing more to try. */
  send(): Promise<void>;
  close(): void;
}

export class OutboxFull extends Error {}

interface EventOutboxOptions {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly send: (event: NewEvent) => Promise<FarmEvent>;
  readonly retryMs?: number;
}

const KEY = 'events-waiting';
const RETRY_MS = 15_000;
/** A phone that was away for a week; more is a fault that somebody should look at. */
const MOST_WAITING = 200;

export function openEventOutbox({ storage, send, retryMs = RETRY_MS }: EventOutboxOptions): EventOutbox {
  let waiting = readKept(storage);
  let sending: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  function change(next: readonly WaitingEvent[]): void {
    waiting = next;
    storage.setItem(KEY, JSON.stringify(waiting));
    for (const listener of listeners) listener();
  }

  async function sendAll(): Promise<void> {
    clearTimeout(timer);
    for (;;) {
      const next = waiting.find(({ refusal }) => refusal === undefined);
      if (next === undefined) return;
      try {
        await send(next.event);
        change(waiting.filter(({ event }) => event.id !== next.event.id));
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined) {
          timer = setTimeout(() => void trySending(), retryMs);
          return;
        }
        change(waiting.map((each) => (each.event.id === next.event.id ? { ...each, refusal } : each)));
      }
    }
  }

  function trySending(): Promise<void> {
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  return {
    state: () => waiting,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(event) {
      if (waiting.length >= MOST_WAITING) throw new OutboxFull();
      change([...waiting, { event }]);
      void trySending();
    },
    discard: (id) => change(waiting.filter(({ event }) => event.id !== id)),
    send: trySending,
    close: () => clearTimeout(timer),
  };
}

/** The platform's own words when it will never take this event; undefined when the next try may succeed. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof RequestFailed)) return undefined;
  const { status, message } = error;
  const mayPass = status === 0 || status === 401 || status === 429 || status >= 500;
  return mayPass ? undefined : message;
}

function readKept(storage: Pick<Storage, 'getItem'>): readonly WaitingEvent[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each?.event?.id === 'string') : [];
  } catch {
    return [];
  }
}
