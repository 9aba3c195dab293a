/** Changes to an existing device: move, rename, disable, retire, change the password. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { namedDevice, OneDevice } from '../named-device.ts';
import { Exact, Label, Maybe, Slug } from '../schemas.ts';
import { createShowDevice, NextCredentials, ReachParts, ShownDevice } from '../show-device.ts';

export interface DeviceLifeOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'device' | 'setDevice'>;
  readonly isConnected: (park: string, device: string) => boolean;
  readonly mqttUrls: () => readonly string[];
  /** A new password for a device, shown once; the old one stays valid for the overlap. */
  readonly rotatePassword: (park: string, device: string, overlapMs: number) => Promise<string>;
  readonly hashFramePassword: (password: string) => Promise<string>;
  readonly clock: () => number;
}

const DAY_MINUTES = 24 * 60;

export const deviceLifeRoutes: FastifyPluginAsyncTypebox<DeviceLifeOptions> = async (app, options) => {
  const { kinds, registry, isConnected, mqttUrls, rotatePassword, hashFramePassword, clock } = options;
  const show = createShowDevice(kinds, isConnected);
  const deviceIn = namedDevice(registry);

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
};
