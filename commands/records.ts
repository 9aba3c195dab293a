/** Keys of commands in the shared state, and the retention of ended ones. */
import { clientIdOf, type DeviceAddress } from '../base/topics.ts';
import type { Kv } from '../kv/kv.ts';
import { type Command, isFinal } from './command.ts';

export const COMMAND_PREFIX = 'command/';
export const KEY_PREFIX = 'command-key/';

const DAY = 24 * 3_600_000;
const RETAIN_MS = 90 * DAY;
/** Of one device. */
const MOST_KEPT = 500;

export const historyPrefix = ({ park, device }: DeviceAddress) => `${COMMAND_PREFIX}${park}/${device}/`;
export const recordKey = ({ id, ...device }: DeviceAddress & { readonly id: string }) => historyPrefix(device) + id;

/** The command id of an Idempotency-Key: put before the command, so that a crash in between does not lead to a second id. */
export interface Claim {
  readonly id: string;
  /** Digest of the request: the same key with another command is the caller's mistake. */
  readonly fingerprint: string;
  readonly at: number;
  readonly expires: number;
}

/** Removes ended commands that are too old or too many. One that has not expired is kept: its key may be used again. */
export async function forgetOld(kv: Kv, now: number): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { key, value } of kv.list<Command>(COMMAND_PREFIX, { reverse: true })) {
    const name = clientIdOf(value);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const isOld = value.sentAt < now - RETAIN_MS || count > MOST_KEPT;
    if (isOld && isFinal(value) && value.expires < now) await kv.delete(key);
  }
  for await (const { key, value } of kv.list<Claim>(KEY_PREFIX)) {
    if (value.at < now - RETAIN_MS) await kv.delete(key);
  }
}
