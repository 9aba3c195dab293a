/** Kinds, parks and devices: what can be measured, where, by whom. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { clientIdOf, topicsOf } from '../../base/topics.ts';
import type {
  Mapping as MappingInput,
  NewDevice as NewDeviceInput,
  ProfileChange as ProfileChangeInput,
  SiteChange as SiteChangeInput,
} from '../../registry/registry.ts';
import type { ApiOptions } from '../api.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { Mapping, NewDevice, ProfileChange, ProfileName, Rows, SiteChange, Slug, Text, Where } from '../schemas.ts';
import { createShowDevice } from '../show-device.ts';

type Options = Pick<ApiOptions, 'kinds' | 'registry' | 'addDevice' | 'isConnected' | 'mqttUrls'>;

export const registryRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { kinds, registry, addDevice, isConnected, mqttUrls },
) => {
  const show = createShowDevice(kinds, isConnected);

  app.get(
    '/kinds',
    {
      schema: {
        tags: ['registry'],
        summary: 'Sensor kinds with their fields, units (UCUM) and ranges',
        response: { 200: Rows('kinds', 'one a kind') },
      },
    },
    async () => ({ kinds: [...kinds.values()] }),
  );

  app.get(
    '/parks',
    {
      schema: {
        tags: ['registry'],
        summary: 'Parks, their sites, and the threshold profiles',
        response: { 200: Type.Any() },
      },
    },
    async () => ({ parks: registry.parks(), sites: registry.sites(), profiles: registry.profiles() }),
  );

  app.get(
    '/devices',
    {
      schema: {
        tags: ['registry'],
        summary: 'Devices; never a password',
        querystring: Type.Object(
          { park: Where.park, site: Where.site, kind: Type.Optional(Text('name of a sensor kind', 64)) },
          { additionalProperties: false },
        ),
        response: {
          200: Rows('devices', '{park, site, device, kind, label, intervalMs, mapping, isConnected, createdAt}'),
        },
      },
    },
    async ({ query }) => {
      if (query.kind !== undefined) kindNamed(kinds, query.kind);
      checkPlace(registry, query);
      return { devices: registry.devices(query).map(show) };
    },
  );

  app.post(
    '/devices',
    {
      schema: {
        tags: ['registry'],
        summary: 'Makes a device, and its site when it is new; the password is in this answer and nowhere else',
        body: NewDevice,
        response: { 201: Type.Any({ description: '{username, password, clientId, topics, urls}' }) },
      },
    },
    async ({ body }, reply) => {
      const { device, password } = await addDevice(body as NewDeviceInput);
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
      schema: {
        tags: ['registry'],
        summary: "Sets how a device's keys become fields; what was refused before can then be replayed from quarantine",
        params: Type.Object({ park: Slug, device: Slug }, { additionalProperties: false }),
        body: Mapping,
        response: { 200: Type.Any() },
      },
    },
    async ({ params, body }) => show(await registry.setMapping(params.park, params.device, body as MappingInput)),
  );

  app.patch(
    '/sites/:park/:site',
    {
      schema: {
        tags: ['registry'],
        summary: 'Changes a site: name, threshold profile, growth stages, position, outline of the field',
        params: Type.Object({ park: Slug, site: Slug }, { additionalProperties: false }),
        body: SiteChange,
        response: { 200: Type.Any({ description: 'the site as it is now' }) },
      },
    },
    async ({ params, body }) => registry.setSite(params.park, params.site, body as unknown as SiteChangeInput),
  );

  app.put(
    '/profiles/:name',
    {
      schema: {
        tags: ['registry'],
        summary:
          'Makes a threshold profile, or the next version of one: its sites are judged by it from then on, their past too',
        params: Type.Object({ name: ProfileName }, { additionalProperties: false }),
        body: ProfileChange,
        response: { 200: Type.Any({ description: 'the profile as it is now, with its new version' }) },
      },
    },
    async ({ params: { name }, body }) => {
      if (body.name !== undefined && body.name !== name) {
        throw new DaoyuError('PROFILE_INVALID', `the address names profile ${name}, the body ${body.name}`);
      }
      return registry.setProfile({ ...(body as unknown as ProfileChangeInput), name });
    },
  );
};
