/** The place of a durable consumer on the server: made, kept over changes, held by one consumption at a time among all processes. */

import { subjectMatches } from '../../base/topics.ts';
import {
  type ConsumerInfo,
  JETSTREAM_CODES,
  jetStreamCode,
  type Nats,
  type Subscription,
} from '../../engines/nats/connection.ts';
import { floorOf, GUARD, STREAM } from './stream.ts';

export interface DurableConsumerOptions {
  readonly nats: Nats;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly maxInFlight: number;
  /** Where it begins at its birth. */
  readonly start: Start;
  /** Written on the consumer, so that each holder knows its own; the time of creation is another one after a restart. */
  readonly holder: string;
}

export type Start =
  | { readonly deliver_policy: 'all' }
  | { readonly deliver_policy: 'by_start_sequence'; readonly opt_start_seq: number };

/** The server gives an entry again that was neither acknowledged nor reported to be in work for so long. */
export const ACK_WAIT_MS = 30_000;
const NANOS = 1_000_000;
const HOLDER_TIMEOUT_MS = 2000;

export function startBehind(position: number): Start {
  return { deliver_policy: 'by_start_sequence', opt_start_seq: position + 1 };
}

/** Makes the consumer when there is none, so that the log keeps for it from now on. */
export async function ensureDurable(options: DurableConsumerOptions): Promise<void> {
  const { nats, name, start } = options;
  const [own, guard] = await Promise.all([find(nats, name), find(nats, GUARD + name)]);
  if (own !== undefined) return;
  // A crash came between removing and making: the guard knows the place.
  await add(options, name, guard === undefined ? start : startBehind(floorOf(guard))).catch(ignoreMade);
}

/**
 * Makes the consumer anew behind its last acknowledgement. Only so does the server begin there, in order: of what it has given out before it would
 * give the rest first and the unacknowledged later. Meanwhile a second consumer holds the place, so that a crash at any step loses nothing. A former
 * holder notices: its consumer is gone.
 */
export async function renewDurable(options: DurableConsumerOptions): Promise<ConsumerInfo> {
  const { nats, name } = options;
  const guardName = GUARD + name;
  const [own, guard] = await Promise.all([find(nats, name), find(nats, guardName)]);
  const known = own ?? guard;
  const start = known === undefined ? options.start : startBehind(floorOf(known));
  // What an old guard holds lies before: it is of no use beside the consumer itself.
  if (own !== undefined && guard !== undefined) await remove(nats, guardName);
  if (own !== undefined) {
    await add(options, guardName, start);
    await remove(nats, name);
  }
  const made = await add(options, name, start);
  await remove(nats, guardName);
  return made;
}

export async function removeDurable(nats: Nats, name: string): Promise<void> {
  await remove(nats, name);
  await remove(nats, GUARD + name);
}

export async function find(nats: Nats, name: string): Promise<ConsumerInfo | undefined> {
  return await nats.ask(() => nats.manager.consumers.info(STREAM, name)).catch(ignoreAbsent);
}

/** Subject on which the holder of a name answers; outside of the stream. */
const holdSubject = (name: string) => `_DAOYU.hold.${STREAM}.${name}`;

/** Whether some process holds the name now; a frozen one does, until the server finds its connection dead. */
export async function isHeld(nats: Nats, name: string): Promise<boolean> {
  try {
    await nats.raw.request(holdSubject(name), '', { timeout: HOLDER_TIMEOUT_MS });
    return true;
  } catch (error) {
    return !(error instanceof Error && 'isNoResponders' in error && (error.isNoResponders as () => boolean)());
  }
}

export async function hold(nats: Nats, name: string): Promise<Subscription> {
  const subscription = nats.raw.subscribe(holdSubject(name), {
    callback: (error, message) => void (error ?? message.respond()),
  });
  await nats.raw.flush();
  return subscription;
}

function add(
  { nats, subjects, maxInFlight, holder }: DurableConsumerOptions,
  name: string,
  start: Start,
): Promise<ConsumerInfo> {
  return nats.ask(() =>
    nats.manager.consumers.add(STREAM, {
      ...start,
      durable_name: name,
      ...filterOf(subjects),
      ack_policy: 'explicit',
      ack_wait: ACK_WAIT_MS * NANOS,
      max_ack_pending: maxInFlight,
      // Ours is the rule for poisoned entries; the server never gives up.
      max_deliver: -1,
      metadata: { holder },
    }),
  );
}

/**
 * What the server leaves out for us. Only one pattern: with several, nats-server 2.10.27 reads a block of its files anew for each entry and gives a few
 * hundred a second instead of ten thousands (measured). Then we leave out ourselves.
 */
export function filterOf(subjects: readonly string[]): { readonly filter_subject?: string } {
  const [only] = subjects;
  return subjects.length === 1 && only !== undefined ? { filter_subject: only } : {};
}

/** Whether an entry that the server gives is for the consumer. */
export function isWanted(subjects: readonly string[], subject: string): boolean {
  return subjects.length === 1 || subjects.some((pattern) => subjectMatches(pattern, subject));
}

async function remove(nats: Nats, name: string): Promise<void> {
  await nats.ask(() => nats.manager.consumers.delete(STREAM, name)).catch(ignoreAbsent);
}

/** Another process was first. */
function ignoreMade(error: unknown): undefined {
  if (jetStreamCode(error) === JETSTREAM_CODES.consumerExists) return undefined;
  throw error;
}

function ignoreAbsent(error: unknown): undefined {
  if (jetStreamCode(error) === JETSTREAM_CODES.consumerNotFound) return undefined;
  throw error;
}
