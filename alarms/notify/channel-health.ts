/** Whether each channel works, as its last messages showed: kept in the shared state, for the alarm about a channel that does not. */
import type { Kv } from '../../kv/kv.ts';
import type { Outcome } from '../channels/channel.ts';

export const HEALTH_PREFIX = 'notify/health/';
/** A service that is busy or away for so long does not work. */
const FAILING_AFTER_MS = 5 * 60_000;
/** A channel that works is noted again after so long, not with each message. */
const NOTE_EVERY_MS = 60_000;

export interface ChannelHealth {
  readonly is: 'working' | 'busy' | 'broken';
  /** Epoch ms since when it is so. */
  readonly since: number;
  /** Epoch ms of the last message that is counted in. */
  readonly at: number;
  readonly code?: string;
  readonly why?: string;
}

/** What a message says of its channel; one that was refused for what it says, nothing. */
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

/** Broken, or busy for longer than a service is busy. */
export function isFailing({ is, since }: ChannelHealth, now: number): boolean {
  return is === 'broken' || (is === 'busy' && now - since >= FAILING_AFTER_MS);
}

/** Written when it changes, and else once a minute at most. */
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
