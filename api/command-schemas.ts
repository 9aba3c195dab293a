/** Shapes of commands in the API. */
import { Type } from 'typebox';
import { REPLY_STATES } from '../bus/events.ts';
import { COMMAND_STATES } from '../commands/command.ts';
import { Exact, List, OneOf, Slug, Time } from './schemas.ts';

export const AnyJson = (description: string) =>
  Type.Unsafe<unknown>({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'], description });

export const CommandName = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'as in the topic' });

export const Command = Exact(
  {
    id: Type.String({ description: 'sorts by the time of sending' }),
    park: Slug,
    device: Slug,
    name: CommandName,
    value: AnyJson('what was asked'),
    by: Type.String({ description: 'who asked' }),
    state: OneOf(COMMAND_STATES),
    sentAt: Time('when it was asked'),
    expires: Time('without a done or failed until then it has expired'),
    receivedAt: Type.Optional(Time('when the device said that it has it')),
    endedAt: Type.Optional(Time('when it was done, failed or expired')),
    message: Type.Optional(Type.String({ description: 'what the device said last' })),
    result: Type.Optional(AnyJson('the value of its last reply')),
    late: Type.Optional(
      Exact(
        {
          state: OneOf(REPLY_STATES),
          at: Time('when it came'),
          message: Type.Optional(Type.String()),
          value: Type.Optional(AnyJson('of the reply')),
        },
        { description: 'a reply that came after the command had expired: the device may have acted all the same' },
      ),
    ),
  },
  { description: 'a command as it is now' },
);

export const CommandsAnswer = Exact({ commands: List(Command, { description: 'newest first' }) });

export const SentAnswer = Exact(
  {
    id: Type.String(),
    state: OneOf(COMMAND_STATES),
    expires: Time('end'),
    isConnected: Type.Boolean({
      description: 'false: it is sent when the device is back, if that is before it expires',
    }),
  },
  { description: 'on the log; ask for its state by its id' },
);

export const RawAnswer = Exact(
  { topic: Type.String(), isConnected: Type.Boolean() },
  { description: 'with `raw=true`: handed over, not delivered, and not followed' },
);
