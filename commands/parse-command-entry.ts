/** Parses entries of `daoyu.commands.>`; any program may write there, so their shape is checked. */
import { isObject } from '../base/json.ts';
import { COMMAND_ID, SLUG } from '../base/topics.ts';
import { type CommandEntry, REPLY_STATES } from '../bus/events.ts';

/** Undefined if it is not one of ours. */
export function parseCommandEntry(data: string): CommandEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.version !== 1 || !isCommandId(value.id) || typeof value.at !== 'number') return;
  const { is, park, device } = value;
  if (typeof park !== 'string' || typeof device !== 'string' || !SLUG.test(park) || !SLUG.test(device)) return;
  const isOurs = is === 'expired' || (is === 'sent' && isSent(value)) || (is === 'reply' && isReply(value));
  return isOurs ? (value as unknown as CommandEntry) : undefined;
}

const isCommandId = (id: unknown) => typeof id === 'string' && COMMAND_ID.test(id);

function isSent({ name, by, expires }: Readonly<Record<string, unknown>>): boolean {
  return typeof name === 'string' && typeof by === 'string' && Number.isFinite(expires);
}

function isReply({ state, message }: Readonly<Record<string, unknown>>): boolean {
  return REPLY_STATES.some((each) => each === state) && (message === undefined || typeof message === 'string');
}
