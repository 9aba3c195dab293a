/** Whether each channel works, according to its last messages; kept in the shared state, for the alarm about a broken channel. */
import type { Kv } from '../../kv/kv.ts';
import type { Outcome } from '../channels/channel.ts';

export const HEALTH_PREFIX = 'notify/health/';
/** A service that is busy or unreachable for this long counts as broken. */
const FAILING_AFTER_MS = 5 * 60_000;
/** A working channel is recorded again after this long, not with each message. */
const NOTE_EVERY_MS = 60_000;

export interface ChannelHealth {
  readonly is: 'working' | 'busy' | 'broken';
  /** Epoch ms since when it has been in this state. */
  readonly since: number;
  /** Epoch ms of the last message taken into account. */
  readonly at: number;
  readonly code?: string;
  readonly why?: string;
}

/** What an outcome says about its channel; a notice refused for its content says nothing. */
export function healthAfter(
  before: ChannelHealth | undefined,
  outcome: Outcome,
  now: number,
): ChannelHealth | undefined {
  if (outcome.is === 'refused') return before;
  const is = ({ delivered: 'working', retry: 'busy', broken: 'broken' } as const)[outcome.is];
  const since = before?.is === is ? before.since : now;
  return { is, since, at: now, ...('why' in outcome && { code: outcome.code, why: outcome.why }) };
}

/** Broken, or busy for too long. */
export function isFailing({ is, since }: ChannelHealth, now: number): boolean {
  return is === 'broken' || (is === 'busy' && now - since >= FAILING_AFTER_MS);
}

/** Written when it changes, otherwise at most once a minute. */
export async function noteHealth(kv: Kv, channel: string, outcome: Outcome, now: number): Promise<void> {
  const key = HEALTH_PREFIX + channel;
  const known = (await kv.get<ChannelHealth>(key))?.value;
  const next = healthAfter(known, outcome, now);
  if (next === undefined || next === known) return;
  if (known?.is === next.is && known.code === next.code && now - known.at < NOTE_EVERY_MS) return;
  await kv.put(key, next);
}

export async function healthOfChannels(kv: Pick<Kv, 'list'>): Promise<ReadonlyMap<string, ChannelHealth>> {
  const found = new Map<string, ChannelHealth>();
  for await (const { key, value } of kv.list<ChannelHealth>(HEALTH_PREFIX))
    found.set(key.slice(HEALTH_PREFIX.length), value);
  return found;
}
