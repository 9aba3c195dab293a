/**
 * Slows down guessing: after a few wrong secrets for one name from one address, each further attempt waits twice as long as the one before; and no
 * name can be tried more than a hundred times an hour in total. Kept in memory per process: a restart resets it, and several processes multiply it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { DaoyuError } from '../base/errors.ts';

export interface ThrottleOptions {
  readonly clock: () => number;
  /** Different wrong secrets before the first pause. */
  readonly freeAttempts?: number;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /** ASVS 2.2.1: for one name, from all addresses together. */
  readonly maxPerHour?: number;
  /** Names and addresses remembered; beyond that the least recently tried are forgotten. */
  readonly maxEntries?: number;
}

export interface Attempt {
  readonly credential: string;
  readonly address: string;
  readonly secret: string;
}

export interface Throttle {
  /** Counts an attempt before its secret is checked, so that concurrent guesses count too. Throws `TOO_MANY_ATTEMPTS`. */
  begin(attempt: Attempt): void;
  succeeded(attempt: Attempt): void;
  /** Whether this address has to wait before it tries this name. */
  isPaused(credential: string, address: string): boolean;
}

interface Entry {
  /** Digests of the wrong secrets: the same one again, as from a program with an old token, is not a new guess. */
  readonly tried: Set<string>;
  /** Epoch ms. */
  until: number;
  startedAt: number;
  lastAt: number;
}

const HOUR = 3_600_000;
const MOST_TRIED = 128;

export function createThrottle({
  clock,
  freeAttempts = 5,
  firstPauseMs = 2000,
  longestPauseMs = HOUR / 4,
  maxPerHour = 100,
  maxEntries = 10_000,
}: ThrottleOptions): Throttle {
  /** Insertion order is order of use. */
  const entries = new Map<string, Entry>();
  const key = randomBytes(32);
  const mark = (secret: string) => createHmac('sha256', key).update(secret).digest('base64url');

  function entryOf(name: string): Entry {
    const now = clock();
    const known = entries.get(name);
    entries.delete(name);
    const isOver = known === undefined || now - known.lastAt > HOUR;
    const entry = isOver ? { tried: new Set<string>(), until: 0, startedAt: now, lastAt: now } : known;
    entries.set(name, entry);
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value ?? '');
    return entry;
  }

  return {
    begin({ credential, address, secret }) {
      const now = clock();
      const here = entryOf(pairOf(credential, address));
      const anywhere = entryOf(credential);
      if (now < here.until) throw tooManyAttempts(here.until - now);
      if (now - anywhere.startedAt > HOUR) {
        anywhere.tried.clear();
        anywhere.startedAt = now;
      }
      if (anywhere.tried.size >= maxPerHour) throw tooManyAttempts(anywhere.startedAt + HOUR - now);
      const marked = mark(secret);
      here.lastAt = now;
      anywhere.lastAt = now;
      if (here.tried.has(marked)) return;
      if (anywhere.tried.size < MOST_TRIED) anywhere.tried.add(marked);
      if (here.tried.size < MOST_TRIED) here.tried.add(marked);
      const beyond = here.tried.size - freeAttempts;
      if (beyond >= 0) here.until = now + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(beyond, 20));
    },
    succeeded({ credential, address, secret }) {
      entries.delete(pairOf(credential, address));
      entries.get(credential)?.tried.delete(mark(secret));
    },
    isPaused: (credential, address) => clock() < (entries.get(pairOf(credential, address))?.until ?? 0),
  };
}

const pairOf = (credential: string, address: string) => `${credential}\n${address}`;

/** Carries the seconds to wait, for the header `retry-after`. */
export class TooManyAttempts extends DaoyuError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(
      'TOO_MANY_ATTEMPTS',
      `too many wrong attempts: wait ${retryAfterSeconds} s before the next one. If you forgot your password, ask an administrator for a new link`,
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** `ms`: how long to wait. */
export const tooManyAttempts = (ms: number) => new TooManyAttempts(Math.max(1, Math.ceil(ms / 1000)));
