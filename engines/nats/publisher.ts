/** Publishes to JetStream in order with a bounded number in flight, and retries unacknowledged messages; the message id prevents duplicates. */
import { DaoyuError } from '../../base/errors.ts';
import { headersOf, JETSTREAM_CODES, type Msg, type Nats, translateCode } from './connection.ts';
import { type Pending, Publications } from './publications.ts';
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
   * Resolves with the sequence once the server has stored it. After a lost connection or acknowledgement it publishes again, in the order of the
   * calls, for `withinMs`; then it rejects with `BUS_UNAVAILABLE`, and the server may or may not have it. A refusal of the server rejects at once
   * (`BUS_FULL`, `DISK_FULL`, `BUS_UNAVAILABLE`). The callers bound the waiting publications.
   */
  publish(publication: Publication): Promise<number>;
  /** How long the server has not answered although something was published; 0 if it answers or nothing was published. */
  silentForMs(): number;
  /** Call when the server is known to work; false while publications are in flight, whose answers will tell. */
  endSilence(): boolean;
  /** Waits for publications in flight while the server is there; rejects the rest. */
  close(): Promise<void>;
}

export interface PublisherOptions {
  readonly nats: Nats;
  readonly withinMs?: number;
}

/** Shorter than the two minutes for which the server remembers ids, so that it always recognises a repeat. */
const WITHIN_MS = 20_000;
/** A later acknowledgement counts as lost, for example because the leader of a cluster changed. */
const ACK_LOST_MS = 5000;
const CHECK_EVERY_MS = 500;
const AGAIN_AFTER_MS = 200;
const NO_RESPONDERS = 503;

interface Sending extends Publication, Pending {
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
  const publications = new Publications<Sending>();
  let count = 0;
  let isPumping = false;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;
  /** Time of the first publish since the last answer; a publish that was given up had no answer either. */
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

  function send(pending: Sending): void {
    pending.sentAt = performance.now();
    silentSince ??= pending.sentAt;
    const { subject, data, id, headers = [] } = pending;
    const options = { reply: `${inbox}.${pending.token}`, headers: headersOf([['Nats-Msg-Id', id], ...headers]) };
    nats.raw.publish(subject, data, options);
  }

  /** Runs in a turn of its own, so that a lost connection is noticed before anything is sent out of order. */
  function pump(): void {
    isPumping = false;
    if (!nats.isConnected || again !== undefined) return;
    for (let next = publications.takeNext(); next !== undefined; next = publications.takeNext()) {
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
    // This process may have been suspended for longer than the server remembers ids.
    giveUpExpired();
    for (const pending of publications.inFlight()) send(pending);
    schedule();
  }

  function remove(pending: Sending): void {
    publications.remove(pending);
    schedule();
  }

  function answered(message: Msg): void {
    silentSince = undefined;
    const pending = publications.inFlightNamed(message.subject.slice(inbox.length + 1));
    // The answer to a publication that was given up, or a second one.
    if (pending === undefined) return;
    const { seq, error } = parseAnswer(message);
    if (error !== undefined && isPassing(error)) {
      // No stream answers: an election, or the server is starting. All later ones are repeated, too, to keep the order.
      lastProblem = error.description;
      again ??= setTimeout(sendAgain, AGAIN_AFTER_MS);
      return;
    }
    remove(pending);
    // A refusal has a sequence of 0.
    if (error === undefined && seq !== undefined) return pending.resolve(seq);
    const why = error?.description ?? 'an answer without a sequence';
    pending.reject(translateCode(error?.err_code, why, where, asCause(error)));
  }

  function giveUpExpired(): void {
    for (const pending of publications.expired(performance.now())) giveUp(pending, lastProblem);
  }

  function check(): void {
    giveUpExpired();
    const oldest = publications.oldestInFlight();
    if (oldest !== undefined && performance.now() - oldest.sentAt > ACK_LOST_MS) sendAgain();
  }

  function giveUp(pending: Sending, why: string): void {
    remove(pending);
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
        publications.add({ ...publication, token: count.toString(36), bytes, deadline, sentAt: 0, resolve, reject });
        schedule();
      });
    },
    silentForMs: () => (silentSince === undefined ? 0 : performance.now() - silentSince),
    endSilence() {
      if (publications.oldestInFlight() !== undefined) return false;
      silentSince = undefined;
      return true;
    },
    async close() {
      isClosed = true;
      while (nats.isConnected && !publications.isEmpty) await new Promise((resolve) => setTimeout(resolve, 5));
      clearInterval(checker);
      clearTimeout(again);
      unwatch();
      for (const pending of publications.all()) giveUp(pending, 'the log is closed');
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
 * Whether to publish again: 503 without a code of its own, or the cluster still handles our first attempt with the same id. Lasting refusals
 * (full, no resources) reject at once.
 */
function isPassing({ code, err_code }: NonNullable<Answer['error']>): boolean {
  if (err_code === JETSTREAM_CODES.duplicateUnderWay) return true;
  return code === NO_RESPONDERS && ![10077, 10023, 10047].includes(err_code);
}

function asCause(error: Answer['error']): unknown {
  return error === undefined ? undefined : Object.assign(new Error(error.description), { code: error.err_code });
}
