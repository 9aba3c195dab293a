/** Where commands stand in the shared state, and what is kept of those that ended. */
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

/** What an Idempotency-Key stands for: put before the command is, so that a crash in between makes no second id. */
export interface Claim {
  readonly id: string;
  /** Of what was asked: the same key with another command is a mistake of the caller. */
  readonly fingerprint: string;
  readonly at: number;
  readonly expires: number;
}

/** Removes ended commands that are old or too many. One whose time is not over stays: its key may come again. */
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
