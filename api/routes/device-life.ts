/** Changes to an existing device: move, rename, disable, retire, change the password, remove. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import type { Ledger } from '../../consumers/ledger.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Store } from '../../store/store.ts';
import { Exact, Label, Maybe, OneOf, Slug, Time } from '../schemas.ts';
import { createShowDevice, NextCredentials, ReachParts, ShownDevice } from '../show-device.ts';

export interface DeviceLifeOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'device' | 'setDevice' | 'removeDevice'>;
  readonly isConnected: (park: string, device: string) => boolean;
  readonly mqttUrls: () => readonly string[];
  /** A new password for a device, shown once; the old one stays valid for the overlap. */
  readonly rotatePassword: (park: string, device: string, overlapMs: number) => Promise<string>;
  readonly store: Pick<Store, 'holding'>;
  readonly ledger: Pick<Ledger, 'account'>;
  /** Removes the device and its readings. */
  readonly removeReadings: (park: string, device: string) => Promise<void>;
  readonly hashFramePassword: (password: string) => Promise<string>;
  readonly clock: () => number;
}

const Removal = Exact({
  readings: Type.Integer({ description: 'in the store; `readings=remove` takes them away' }),
  first: Type.Optional(Time('when the first of them was measured')),
  last: Type.Optional(Time('and the last')),
  pending: Type.Integer({ description: 'on the log and not in the store yet' }),
  isConnected: Type.Boolean(),
});
export type Removal = Static<typeof Removal>;

const OneDevice = Exact({ park: Slug, device: Slug });
const Removed = Type.Null({ description: 'removed' });
const DAY_MINUTES = 24 * 60;

export const deviceLifeRoutes: FastifyPluginAsyncTypebox<DeviceLifeOptions> = async (app, options) => {
  const {
    kinds,
    registry,
    isConnected,
    mqttUrls,
    rotatePassword,
    hashFramePassword,
    store,
    ledger,
    removeReadings,
    clock,
  } = options;
  const show = createShowDevice(kinds, isConnected);
  const deviceIn = ({ params }: FastifyRequest) => {
    const { park, device } = params as Static<typeof OneDevice>;
    return registry.device(park, device);
  };

  app.patch(
    '/devices/:park/:device',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'device.change', of: deviceIn },
        problems: ['DEVICE_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_INVALID', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Moves, renames, disables or retires a device; a disabled or retired one is disconnected at once',
        params: OneDevice,
        body: Exact(
          {
            site: Type.Optional(Slug),
            label: Type.Optional(Label),
            intervalMs: Type.Optional(Maybe(Type.Integer({ description: "ms between readings; null: the kind's" }))),
            gateway: Type.Optional(Maybe(Slug)),
            isGateway: ReachParts.isGateway,
            topics: Type.Optional(Maybe(ReachParts.topics)),
            ids: Type.Optional(Maybe(ReachParts.ids)),
            framePassword: Type.Optional(
              Maybe(Type.String({ minLength: 6, maxLength: 64, description: 'PW of its HJ 212 frames' })),
            ),
            isDisabled: Type.Optional(Type.Boolean()),
            isRetired: Type.Optional(Type.Boolean({ description: 'kept as history, no longer expected to report' })),
          },
          {
            minProperties: 1,
            description: 'what is absent stays; readings keep the site where they were measured',
          },
        ),
        response: { 200: ShownDevice },
      },
    },
    async ({ params: { park, device }, body: { framePassword, ...change } }) => {
      const hash = typeof framePassword === 'string' ? await hashFramePassword(framePassword) : framePassword;
      const all = { ...change, ...(hash !== undefined && { framePasswordHash: hash }) };
      return show(await registry.setDevice(park, device, all));
    },
  );

  app.post(
    '/devices/:park/:device/credentials',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'device.password', asked: true },
        problems: ['DEVICE_UNKNOWN', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['registry'],
        summary: 'A new password, in this answer and nowhere else; the old one stays valid for the overlap',
        params: OneDevice,
        body: Exact({
          overlapMinutes: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 90 * DAY_MINUTES,
              description: `default ${DAY_MINUTES}, one day; 0 ends the old password and its connection at once`,
            }),
          ),
        }),
        response: { 201: NextCredentials },
      },
    },
    async ({ params: { park, device }, body }, reply) => {
      const overlapMs = (body.overlapMinutes ?? DAY_MINUTES) * 60_000;
      const password = await rotatePassword(park, device, overlapMs);
      const address = { park, device };
      const id = clientIdOf(address);
      return reply.code(201).send({
        ...{ username: id, password, clientId: id, topics: topicsOf(address), urls: mqttUrls() },
        validUntilOfOld: clock() + overlapMs,
      });
    },
  );

  function checkDevice({ park, device }: Static<typeof OneDevice>): void {
    if (registry.device(park, device) === undefined)
      throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${device}`);
  }

  app.get(
    '/devices/:park/:device/removal',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        problems: ['DEVICE_UNKNOWN', 'STORE_UNAVAILABLE'],
      },
      schema: {
        tags: ['registry'],
        summary: 'What removing a device would take away; changes nothing',
        params: OneDevice,
        response: { 200: Removal },
      },
    },
    async ({ params }) => {
      checkDevice(params);
      const [held, { rows }] = await Promise.all([store.holding(params), ledger.account(params)]);
      const pending = rows.reduce((sum, row) => sum + row.pending, 0);
      return { ...held, pending, isConnected: isConnected(params.park, params.device) };
    },
  );

  app.delete(
    '/devices/:park/:device',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'device.remove', of: deviceIn },
        problems: ['DEVICE_UNKNOWN', 'DEVICE_INVALID', 'STATE_CONFLICT', 'READINGS_PENDING', 'STORE_UNAVAILABLE'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Removes a device and its credential; with `readings=remove` its readings too',
        params: OneDevice,
        querystring: Exact({
          readings: Type.Optional(
            OneOf(['keep', 'remove'], {
              description:
                'default `keep`: they stay in the store. `remove`: readings, sums and newest values go for good; ledger, quarantine, alarms and the audit trail stay, and the event log keeps what it holds until it forgets it',
            }),
          ),
        }),
        response: { 204: Removed },
      },
    },
    async (request, reply) => {
      const { park, device } = request.params;
      if (request.query.readings === 'remove') {
        checkDevice(request.params);
        const held = await store.holding({ park, device });
        await removeReadings(park, device);
        request.audited = { after: { removedReadings: held.readings } };
      } else await registry.removeDevice(park, device);
      return reply.code(204).send(null);
    },
  );
};
