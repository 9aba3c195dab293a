/** Parses the reply of a device to a command, published on `replies`. */
import { isObject } from '../base/json.ts';
import { COMMAND_ID } from '../base/topics.ts';
import { type CommandReply, REPLY_STATES } from '../bus/events.ts';
import type { Outcome } from './json.ts';

export interface Reply extends CommandReply {
  readonly id: string;
}

const MAX_MESSAGE = 500;
/** The limit of commands, too. */
const MAX_VALUE_BYTES = 16 * 1024;

/** Ignores keys that are not in the contract. `correlation` replaces an id missing from the payload. */
export function parseReply(payload: Uint8Array, correlation?: string): Outcome<Reply> {
  const reply = parseJson(payload);
  if (!isObject(reply)) return invalid('a reply must be a JSON object');
  const { id = correlation, state, message, value } = reply;
  if (typeof id !== 'string' || !COMMAND_ID.test(id))
    return invalid('"id" must be the text sent with the command', 'id');
  const known = REPLY_STATES.find((each) => each === state);
  if (known === undefined) return invalid(`"state" must be one of ${REPLY_STATES.join(', ')}`, 'state');
  if (message !== undefined && typeof message !== 'string') return invalid('"message" must be a text', 'message');
  if (value !== undefined && Buffer.byteLength(JSON.stringify(value)) > MAX_VALUE_BYTES)
    return invalid(`"value" must be smaller than ${MAX_VALUE_BYTES} bytes`, 'value');
  return {
    ok: true,
    value: {
      id,
      state: known,
      ...(message !== undefined && { message: message.slice(0, MAX_MESSAGE) }),
      ...(value !== undefined && { value }),
    },
  };
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as unknown;
  } catch {
    return undefined;
  }
}

function invalid(problem: string, field?: string): Outcome<Reply> {
  return {
    ok: false,
    reason: {
      code: 'REPLY_INVALID',
      message: `${problem}: reply as {"id": "…", "state": "received", "done" or "failed"}`,
      ...(field !== undefined && { field }),
    },
  };
}
