/** Commands for people and programs: send once, look up, list. `command-task.ts` follows them to their end. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { type DeviceAddress, subjects } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { CommandEntry } from '../bus/events.ts';
import type { Kv } from '../kv/kv.ts';
import { type Command, commandOf, isFinal } from './command.ts';
import { type Claim, historyPrefix, KEY_PREFIX, recordKey } from './records.ts';
import { optionsOf, payloadOf, type TellCommand } from './tell-command.ts';

export interface CommandRequest extends DeviceAddress {
  readonly name: string;
  readonly value: unknown;
  readonly by: string;
  readonly expiresInMs: number;
  /** A second request with the same key for the same device is the same command. */
  readonly idempotencyKey?: string | undefined;
}

export interface Commands {
  /** Resolves once the command is on the log, and sent if the device is connected. Rejects with `COMMANDS_FULL`, `COMMAND_KEY_REUSED`. */
  send(request: CommandRequest): Promise<Command>;
  /** Rejects with `COMMAND_UNKNOWN`. */
  find(device: DeviceAddress, id: string): Promise<Command>;
  /** Newest first, starting before an id. */
  list(
    device: DeviceAddress,
    query: { readonly limit: number; readonly before?: string | undefined },
  ): Promise<readonly Command[]>;
}

export interface CommandsOptions {
  readonly bus: Pick<Bus, 'append'>;
  readonly kv: Kv;
  readonly tell: TellCommand;
  readonly clock: () => number;
  readonly log: Log;
}

/** Open commands of one device. */
const MOST_OPEN = 200;
const CONFLICT_PAUSE_MS = 10;

export function createCommands({ bus, kv, tell, clock, log }: CommandsOptions): Commands {
  async function list(device: DeviceAddress, { limit, before }: { limit: number; before?: string | undefined }) {
    const prefix = historyPrefix(device);
    const found: Command[] = [];
    const options = { reverse: true, limit, ...(before !== undefined && { after: prefix + before }) };
    for await (const { value } of kv.list<Command>(prefix, options)) found.push(value);
    return found;
  }

  async function checkRoom(device: DeviceAddress): Promise<void> {
    const newest = await list(device, { limit: MOST_OPEN });
    if (newest.length < MOST_OPEN || newest.some(isFinal)) return;
    throw new DaoyuError('COMMANDS_FULL', `this device has ${MOST_OPEN} open commands: wait until some have ended`);
  }

  /** The command id of a key: the first request claims it, on any process. */
  async function claim(request: CommandRequest, key: string): Promise<Claim> {
    const { park, device } = request;
    const at = `${KEY_PREFIX}${park}/${device}/${digest(key)}`;
    const fingerprint = digest(JSON.stringify([request.name, request.value, request.expiresInMs]));
    const mine: Claim = { ...issue(request), fingerprint };
    let known = (await kv.get<Claim>(at))?.value;
    while (known === undefined) {
      try {
        await kv.put(at, mine, 0);
        known = mine;
      } catch (error) {
        if (codeOf(error) !== 'STATE_CONFLICT') throw error;
        // Another process's put is in progress and cannot be read before it is durable.
        await wait(CONFLICT_PAUSE_MS);
        known = (await kv.get<Claim>(at))?.value;
      }
    }
    if (known.fingerprint === fingerprint) return known;
    throw new DaoyuError(
      'COMMAND_KEY_REUSED',
      `this Idempotency-Key was used for another command to ${park}/${device}: use a new key for a new command`,
    );
  }

  function issue({ expiresInMs }: CommandRequest): Omit<Claim, 'fingerprint'> {
    const at = clock();
    return { id: `${String(at).padStart(13, '0')}-${randomBytes(6).toString('hex')}`, at, expires: at + expiresInMs };
  }

  return {
    async send(request) {
      const { park, device, name, value, by, idempotencyKey } = request;
      const { id, at, expires } = idempotencyKey === undefined ? issue(request) : await claim(request, idempotencyKey);
      const key = recordKey({ park, device, id });
      const known = idempotencyKey === undefined ? undefined : await kv.get<Command>(key);
      if (known !== undefined) return known.value;
      await checkRoom({ park, device });
      const entry = { version: 1, is: 'sent', park, device, id, name, value, by, at, expires } as const;
      const data = JSON.stringify(entry satisfies CommandEntry);
      // The log first: after this the command will be sent, even if this process dies.
      await bus.append([{ subject: subjects.commands(park), data, id: `command:${id}` }]);
      const command = commandOf(entry);
      await kv.put(key, command, 0).catch((error: unknown) => {
        // Copied from the log already, or it will be.
        if (codeOf(error) !== 'STATE_CONFLICT')
          log.warn({ code: codeOf(error) }, 'a command is on the log but not yet in the shared state');
      });
      if (expires > clock()) {
        await tell({ park, device }, `commands/${name}`, payloadOf(command), optionsOf(command)).catch(
          (error: unknown) =>
            log.warn({ code: codeOf(error) }, 'a command could not be handed over; it will be sent again'),
        );
      }
      return command;
    },
    async find(device, id) {
      const command = (await kv.get<Command>(recordKey({ ...device, id })))?.value;
      if (command !== undefined) return command;
      throw new DaoyuError('COMMAND_UNKNOWN', `there is no command ${id} to ${device.park}/${device.device}`);
    },
    list,
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 40);
