/** A command to a device, and its states from sent to an end, driven by the device's replies and the clock, in log order. */
import type { CommandEntry, CommandReply } from '../bus/events.ts';

export const COMMAND_STATES = ['sent', 'received', 'done', 'failed', 'expired'] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

export interface Command {
  /** Sorts by the time of sending. */
  readonly id: string;
  readonly park: string;
  readonly device: string;
  readonly name: string;
  readonly value: unknown;
  /** Who sent it. */
  readonly by: string;
  readonly state: CommandState;
  /** Epoch ms, like all times here. */
  readonly sentAt: number;
  readonly expires: number;
  readonly receivedAt?: number;
  readonly endedAt?: number;
  /** The device's last reply, in words and as a value. */
  readonly message?: string;
  readonly result?: unknown;
  /** A reply that came after the end: shown, without changing the state. */
  readonly late?: LateReply;
}

export interface LateReply extends CommandReply {
  readonly at: number;
}

type Sent = Extract<CommandEntry, { readonly is: 'sent' }>;
type Later = Exclude<CommandEntry, Sent>;

export const isFinal = ({ state }: Pick<Command, 'state'>): boolean => state !== 'sent' && state !== 'received';

export function commandOf({ version: _, is: __, at, ...sent }: Sent): Command {
  return { ...sent, state: 'sent', sentAt: at };
}

/** The command after an entry of the log; the same object if the entry changes nothing, as when it is redelivered. */
export function advance(command: Command, entry: Later): Command {
  if (entry.is === 'expired') return isFinal(command) ? command : { ...command, state: 'expired', endedAt: entry.at };
  const { state, at, message, value } = entry;
  const said = { ...(message !== undefined && { message }), ...(value !== undefined && { value }) };
  if (command.state === 'expired') {
    const isNews = command.late === undefined || (command.late.state === 'received' && state !== 'received');
    return isNews ? { ...command, late: { state, at, ...said } } : command;
  }
  if (isFinal(command) || (state === 'received' && command.state === 'received')) return command;
  const { message: _, result: __, ...rest } = command;
  return {
    ...rest,
    state,
    ...(state === 'received' ? { receivedAt: at } : { endedAt: at }),
    ...(message !== undefined && { message }),
    ...(value !== undefined && { result: value }),
  };
}
