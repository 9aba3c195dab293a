/** Commands to a device: send, follow to their end, list; or, for firmware without command ids, publish as they are. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { COMMAND_ID, type DeviceAddress, topicPrefix } from '../../base/topics.ts';
import type { Commands } from '../../commands/commands.ts';
import { intervalOf } from '../../registry/device-health.ts';
import type { Registry } from '../../registry/registry.ts';
import { interlockOf } from '../../sensors/interlocks.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Store } from '../../store/store.ts';
import { actorOf } from '../actor.ts';
import { Command, CommandName, CommandsAnswer, RawAnswer, SentAnswer } from '../command-schemas.ts';
import { Exact, OneOf, Slug, Text, Whole } from '../schemas.ts';

export interface CommandOptions {
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly store: Pick<Store, 'latest'>;
  readonly clock: () => number;
  readonly log: Pick<Log, 'warn'>;
  readonly commands: Commands;
  /** Resolves when handed over, whether or not the device is connected. */
  readonly tell: (device: DeviceAddress, channel: `commands/${string}`, payload: string) => Promise<void>;
  readonly isConnected: (park: string, device: string) => boolean;
}

/** Safe for a device on 4G. */
const MAX_BYTES = 16 * 1024;
const DEFAULT_SECONDS = 60;
/** A valve may wait over the weekend; nobody remembers a command that waits longer. */
const MOST_SECONDS = 7 * 24 * 3600;
const MOST_ROWS = 200;
const device = { park: Slug, device: Slug };
const Id = Type.String({ pattern: COMMAND_ID.source, description: 'as it was answered when the command was sent' });

export const commandRoutes: FastifyPluginAsyncTypebox<CommandOptions> = async (
  app,
  { registry, kinds, store, clock, log, commands, tell, isConnected },
) => {
  function checkDevice({ park, device }: DeviceAddress): void {
    if (registry.device(park, device) === undefined)
      throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${device}`);
  }

  /** Without its newest values nothing is known that would stand against it: an aerator must run also while the store is away. */
  async function checkInterlock(address: DeviceAddress, name: string, body: unknown): Promise<void> {
    const known = registry.device(address.park, address.device);
    const kind = kinds.get(known?.kind ?? '');
    if (known === undefined || kind?.controls === undefined) return;
    const [latest] = await store.latest({ ...address, kind: kind.name }).catch((error: unknown) => {
      log.warn({ code: codeOf(error) }, 'interlocks are not looked at: the store does not answer');
      return [];
    });
    const lock = interlockOf(kind, name, body, { latest, intervalMs: intervalOf(known, kind), now: clock() });
    if (lock === undefined) return;
    throw new DaoyuError(
      'COMMAND_INTERLOCKED',
      `${lock.label.en} (${lock.label.zh}); override=true sends it all the same`,
    );
  }

  app.post(
    '/devices/:park/:device/commands/:name',
    {
      bodyLimit: MAX_BYTES,
      config: {
        access: { right: 'operate', park: 'named' },
        audit: { what: 'command.send', asked: true },
        problems: [
          'DEVICE_UNKNOWN',
          'COMMAND_INTERLOCKED',
          'COMMANDS_FULL',
          'COMMAND_KEY_REUSED',
          'BUS_FULL',
          'BUS_UNAVAILABLE',
        ],
      },
      schema: {
        tags: ['commands'],
        summary:
          'Sends a command to a device, which says by its id that it has it and how it ended; kept for a device that is away until it expires',
        params: Exact({ ...device, name: CommandName }),
        querystring: Exact({
          expiresInSeconds: Type.Optional(Whole(`1 to ${MOST_SECONDS}; default ${DEFAULT_SECONDS}`)),
          by: Type.Optional(Text('name of the person who asks; absent: who is signed in', 64)),
          override: Type.Optional(
            OneOf(['true', 'false'], { description: '`true`: although an interlock of its kind stands against it' }),
          ),
          raw: Type.Optional(
            Type.Unsafe<'true' | 'false'>({
              ...OneOf(['true', 'false']),
              description: '`true`: the body alone is published, once, without an id; nothing is followed',
            }),
          ),
        }),
        headers: Type.Object({
          'idempotency-key': Type.Optional(
            Text('the same key, device and command: the same id, sent once, however often it is asked', 200),
          ),
        }),
        body: Type.Unknown({ description: 'JSON, as the firmware wants it' }),
        response: { 202: Type.Union([SentAnswer, RawAnswer]) },
      },
    },
    async (request, reply) => {
      const { query, body, headers } = request;
      const { name, ...address } = request.params;
      checkDevice(address);
      if (query.override === 'true') request.audited = { after: { value: body ?? null, override: true } };
      else await checkInterlock(address, name, body);
      const isHere = isConnected(address.park, address.device);
      if (query.raw === 'true') {
        await tell(address, `commands/${name}`, JSON.stringify(body ?? null));
        return reply.code(202).send({ topic: `${topicPrefix(address)}commands/${name}`, isConnected: isHere });
      }
      const { id, state, expires } = await commands.send({
        ...address,
        name,
        value: body ?? null,
        by: actorOf(request, query.by),
        expiresInMs: 1000 * between('expiresInSeconds', query.expiresInSeconds, DEFAULT_SECONDS, MOST_SECONDS),
        idempotencyKey: headers['idempotency-key'],
      });
      return reply.code(202).send({ id, state, expires, isConnected: isHere });
    },
  );

  app.get(
    '/devices/:park/:device/commands/:id',
    {
      config: { access: { right: 'read', park: 'named' }, problems: ['DEVICE_UNKNOWN', 'COMMAND_UNKNOWN'] },
      schema: {
        tags: ['commands'],
        summary: 'A command and what became of it',
        params: Exact({ ...device, id: Id }),
        response: { 200: Command },
      },
    },
    async ({ params: { id, ...address } }) => {
      checkDevice(address);
      return await commands.find(address, id);
    },
  );

  app.get(
    '/devices/:park/:device/commands',
    {
      config: { access: { right: 'read', park: 'named' }, problems: ['DEVICE_UNKNOWN'] },
      schema: {
        tags: ['commands'],
        summary: 'Commands to a device, newest first',
        params: Exact(device),
        querystring: Exact({
          limit: Type.Optional(Whole(`rows, 1 to ${MOST_ROWS}; default 50`)),
          before: Type.Optional(Id),
        }),
        response: { 200: CommandsAnswer },
      },
    },
    async ({ params, query: { limit, before } }) => {
      checkDevice(params);
      return { commands: await commands.list(params, { limit: between('limit', limit, 50, MOST_ROWS), before }) };
    },
  );
};

function between(name: string, text: string | undefined, absent: number, most: number): number {
  const number = text === undefined ? absent : Number(text);
  if (number >= 1 && number <= most) return number;
  throw new DaoyuError('REQUEST_INVALID', `${name}=${text} must be 1 to ${most}`);
}
