/** Publishes to JetStream in order with a bounded number in flight, and retries unacknowledged messages; the message id prevents duplicates. */
import { DaoyuError } from '../../base/errors.ts';
import { headersOf, JETSTREAM_CODES, type Msg, type Nats, translateCode } from './connection.ts';
import { showNatsUrl } from './url.ts';

export interface Publication {
  readonly subject: string;
  readonly data: string;
  /** Recognised by the server for two minutes. */
  readonly id: string;
  readonly headers?: readonly (readonly [string, string])[];
}

export interface Publisher {
  /**
   * Resolves with the sequence when the server has it, as durable as the server makes it. A lost connection or acknowledgement is met by publishing
   * again, in the order of the calls, for `withinMs`; then it rejects with `BUS_UNAVAILABLE`, and the server may have it or not. What the server
   * refuses rejects at once (`BUS_FULL`, `DISK_FULL`, `BUS_UNAVAILABLE`). Waiting publications are bounded by the callers.
   */
  publish(publication: Publication): Promise<number>;
  /** How long the server has answered nothing although something was published; 0 when it answers, or was not asked. */
  silentForMs(): number;
  /** The server is well as others see it: false when something is under way still, whose answer would show it. */
  endSilence(): boolean;
  /** Waits for publications in flight while the server is there; rejects the rest. */
  close(): Promise<void>;
}

export interface PublisherOptions {
  readonly nats: Nats;
  readonly withinMs?: number;
}

/** More than the server can store between two turns; a reconnect repeats at most so many. */
const MAX_IN_FLIGHT = 256;
const MAX_IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** Shorter than the two minutes that the server remembers ids, so that a repetition is always recognised. */
const WITHIN_MS = 20_000;
/** A later acknowledgement counts as lost, for example because the leader of a cluster changed. */
const ACK_LOST_MS = 5000;
const CHECK_EVERY_MS = 500;
const AGAIN_AFTER_MS = 200;
const NO_RESPONDERS = 503;

interface Pending extends Publication {
  readonly token: string;
  readonly bytes: number;
  readonly deadline: number;
  sentAt: number;
  resolve(sequence: number): void;
  reject(error: unknown): void;
}

interface Answer {
  readonly seq?: number;
  readonly error?: { readonly code: number; readonly err_code: number; readonly description: string };
}

export function createPublisher({ nats, withinMs = WITHIN_MS }: PublisherOptions): Publisher {
  const where = showNatsUrl(nats.address);
  const inbox = `_INBOX.daoyu-${crypto.randomUUID()}`;
  const waiting: Pending[] = [];
  /** In the order of their first sending; repeats keep that order. */
  const inFlight = new Map<string, Pending>();
  let inFlightBytes = 0;
  let count = 0;
  let isPumping = false;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;
  /** When the first publish went out that nothing was answered after. What was given up was not answered either. */
  let silentSince: number | undefined;
  let lastProblem = 'no acknowledgement came';

  const subscription = nats.raw.subscribe(`${inbox}.*`, {
    callback: (error, message) => void (error ?? answered(message)),
  });
  const unwatch = nats.watch((isConnected) => {
    silentSince = undefined;
    if (isConnected) sendAgain();
  });
  const checker = setInterval(check, CHECK_EVERY_MS);

  function send(pending: Pending): void {
    pending.sentAt = performance.now();
    silentSince ??= pending.sentAt;
    const { subject, data, id, headers = [] } = pending;
    const options = { reply: `${inbox}.${pending.token}`, headers: headersOf([['Nats-Msg-Id', id], ...headers]) };
    nats.raw.publish(subject, data, options);
  }

  /** In a turn of its own: a lost connection is noticed before anything goes out behind what it lost. */
  function pump(): void {
    isPumping = false;
    if (!nats.isConnected || again !== undefined) return;
    while (inFlight.size < MAX_IN_FLIGHT && inFlightBytes < MAX_IN_FLIGHT_BYTES) {
      const next = waiting.shift();
      if (next === undefined) return;
      inFlight.set(next.token, next);
      inFlightBytes += next.bytes;
      try {
        send(next);
      } catch (cause) {
        remove(next);
        next.reject(translateCode(undefined, (cause as Error).message, where, cause));
      }
    }
  }

  function schedule(): void {
    if (isPumping) return;
    isPumping = true;
    setImmediate(pump);
  }

  function sendAgain(): void {
    clearTimeout(again);
    again = undefined;
    if (!nats.isConnected) return;
    // We may have been frozen for longer than the server remembers ids.
    giveUpExpired();
    for (const pending of inFlight.values()) send(pending);
    schedule();
  }

  function remove(pending: Pending): void {
    if (!inFlight.delete(pending.token)) return;
    inFlightBytes -= pending.bytes;
    schedule();
  }

  function answered(message: Msg): void {
    silentSince = undefined;
    const pending = inFlight.get(message.subject.slice(inbox.length + 1));
    // An answer to what was given up, or the second of two.
    if (pending === undefined) return;
    const { seq, error } = parseAnswer(message);
    if (error !== undefined && isPassing(error)) {
      // No stream listens: a leader is being chosen, or the server is coming up. All behind it is repeated as well, to keep the order.
      lastProblem = error.description;
      again ??= setTimeout(sendAgain, AGAIN_AFTER_MS);
      return;
    }
    remove(pending);
    // A refusal has a sequence too, of 0.
    if (error === undefined && seq !== undefined) return pending.resolve(seq);
    const why = error?.description ?? 'an answer without a sequence';
    pending.reject(translateCode(error?.err_code, why, where, asCause(error)));
  }

  function giveUpExpired(): void {
    const now = performance.now();
    for (const pending of [...inFlight.values(), ...waiting]) {
      if (now < pending.deadline) break;
      giveUp(pending, lastProblem);
    }
  }

  function check(): void {
    giveUpExpired();
    const [oldest] = inFlight.values();
    if (oldest !== undefined && performance.now() - oldest.sentAt > ACK_LOST_MS) sendAgain();
  }

  function giveUp(pending: Pending, why: string): void {
    remove(pending);
    const index = waiting.indexOf(pending);
    if (index >= 0) waiting.splice(index, 1);
    const state = nats.isConnected ? why : 'it is away';
    pending.reject(new DaoyuError('BUS_UNAVAILABLE', `NATS at ${where} did not confirm an entry in time: ${state}`));
  }

  return {
    publish(publication) {
      if (isClosed) return Promise.reject(new DaoyuError('BUS_UNAVAILABLE', 'the log is closed'));
      return new Promise<number>((resolve, reject) => {
        count += 1;
        const bytes = Buffer.byteLength(publication.data);
        const deadline = performance.now() + withinMs;
        waiting.push({ ...publication, token: count.toString(36), bytes, deadline, sentAt: 0, resolve, reject });
        schedule();
      });
    },
    silentForMs: () => (silentSince === undefined ? 0 : performance.now() - silentSince),
    endSilence() {
      if (inFlight.size > 0) return false;
      silentSince = undefined;
      return true;
    },
    async close() {
      isClosed = true;
      while (nats.isConnected && inFlight.size + waiting.length > 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
      clearInterval(checker);
      clearTimeout(again);
      unwatch();
      for (const pending of [...inFlight.values(), ...waiting]) giveUp(pending, 'the log is closed');
      subscription.unsubscribe();
    },
  };
}

function parseAnswer(message: Msg): Answer {
  const status = message.headers?.code ?? 0;
  if (status === NO_RESPONDERS)
    return { error: { code: NO_RESPONDERS, err_code: 0, description: 'no stream takes the entry' } };
  try {
    return message.json<Answer>();
  } catch {
    return {};
  }
}

/**
 * 503 without a code of its own: nobody there now; or the cluster is still at our first try of the same id. The codes that stay (full, no resources)
 * are told at once.
 */
function isPassing({ code, err_code }: NonNullable<Answer['error']>): boolean {
  if (err_code === JETSTREAM_CODES.duplicateUnderWay) return true;
  return code === NO_RESPONDERS && ![10077, 10023, 10047].includes(err_code);
}

function asCause(error: Answer['error']): unknown {
  return error === undefined ? undefined : Object.assign(new Error(error.description), { code: error.err_code });
}
