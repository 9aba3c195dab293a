/** Devices: list, add, set a mapping. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import type { DeviceModel } from '../../registry/device-model.ts';
import type { Device, NewDevice as NewDeviceInput, Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { registrySeen } from '../authorize.ts';
import { completedDevice } from '../complete-device.ts';
import { Mapping } from '../mapping-schema.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { Exact, Label, List, OneOf, SITE_TYPES, Slug, Text, Where } from '../schemas.ts';
import { Credentials, createShowDevice, ReachParts, ShownDevice } from '../show-device.ts';

export interface DeviceCredentials {
  readonly device: Device;
  readonly password: string;
}

export interface DeviceOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly models: ReadonlyMap<string, DeviceModel>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'device' | 'setMapping'>;
  /** Adds a device with a password, which is shown once and never again. */
  readonly addDevice: (device: NewDeviceInput) => Promise<DeviceCredentials>;
  readonly isConnected: (park: string, device: string) => boolean;
  /** Public addresses, shown on the page and in answers to `POST /devices`. */
  readonly mqttUrls: () => readonly string[];
}

const DevicesAnswer = Exact({ devices: List(ShownDevice) });
export type DevicesAnswer = Static<typeof DevicesAnswer>;

const NewDevice = Exact({
  park: Slug,
  site: Slug,
  device: Slug,
  kind: Type.Optional(Text('name of a sensor kind; may be left out where a model is named', 64)),
  model: Type.Optional(Text('a device model: gives kind, interval and mapping where they are not given', 64)),
  label: Type.Optional(Label),
  intervalMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 86_400_000 })),
  mapping: Type.Optional(Mapping),
  ...ReachParts,
  siteLabel: Type.Optional(Label),
  siteType: Type.Optional(OneOf(SITE_TYPES)),
  profile: Type.Optional(Text('threshold profile of a new site', 64)),
});

export const deviceRoutes: FastifyPluginAsyncTypebox<DeviceOptions> = async (
  app,
  { kinds, models, registry, addDevice, isConnected, mqttUrls },
) => {
  const show = createShowDevice(kinds, isConnected);
  const deviceIn = ({ params }: FastifyRequest) => {
    const { park, device } = params as { readonly park: string; readonly device: string };
    return registry.device(park, device);
  };
  const newDevice = ({ body }: FastifyRequest) => {
    const { park, device } = body as Static<typeof NewDevice>;
    return registry.device(park, device);
  };

  app.get(
    '/devices',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: ['KIND_UNKNOWN', 'PARK_UNKNOWN', 'SITE_UNKNOWN'] },
      schema: {
        tags: ['registry'],
        summary: 'Devices; never a password',
        querystring: Exact({
          park: Where.park,
          site: Where.site,
          kind: Type.Optional(Text('name of a sensor kind', 64)),
        }),
        response: { 200: DevicesAnswer },
      },
    },
    async (request) => {
      const { query } = request;
      const seen = registrySeen(registry, request);
      if (query.kind !== undefined) kindNamed(kinds, query.kind);
      checkPlace(seen, query);
      return { devices: seen.devices(query).map(show) };
    },
  );

  app.post(
    '/devices',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'device.add', of: newDevice },
        problems: [
          'DEVICE_EXISTS',
          'PARK_UNKNOWN',
          'KIND_UNKNOWN',
          'MODEL_UNKNOWN',
          'REQUEST_INVALID',
          'ID_INVALID',
          'PROFILE_UNKNOWN',
          'MAPPING_INVALID',
          'DEVICE_INVALID',
          'STATE_CONFLICT',
        ],
      },
      schema: {
        tags: ['registry'],
        summary: 'Makes a device, and its site when it is new; the password is in this answer and nowhere else',
        body: NewDevice,
        response: { 201: Credentials },
      },
    },
    async ({ body }, reply) => {
      const { device, password } = await addDevice(completedDevice(body, models));
      const address = { park: device.park, device: device.id };
      const id = clientIdOf(address);
      return reply
        .code(201)
        .send({ username: id, password, clientId: id, topics: topicsOf(address), urls: mqttUrls() });
    },
  );

  app.put(
    '/devices/:park/:device/mapping',
    {
      config: {
        access: { right: 'agronomy', park: 'named' },
        audit: { what: 'device.mapping', of: deviceIn },
        problems: ['DEVICE_UNKNOWN', 'MAPPING_INVALID', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['registry'],
        summary: "Sets how a device's keys become fields; refused messages can then be replayed from quarantine",
        params: Exact({ park: Slug, device: Slug }),
        body: Mapping,
        response: { 200: ShownDevice },
      },
    },
    async ({ params, body }) => show(await registry.setMapping(params.park, params.device, body)),
  );
};
