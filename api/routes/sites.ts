/** Sites: add, change, remove. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { NewSite as NewSiteInput, Registry } from '../../registry/registry.ts';
import { Boundary, Exact, Label, Maybe, OneOf, SITE_TYPES, Slug, Stages, Text } from '../schemas.ts';

export interface SiteOptions {
  readonly registry: Pick<Registry, 'site' | 'addSite' | 'setSite' | 'removeSite'>;
}

export const Site = Exact({
  park: Slug,
  id: Slug,
  label: Label,
  type: OneOf(SITE_TYPES),
  profile: Type.Optional(Text('threshold profile; before the first stage where there are stages', 64)),
  stages: Type.Optional(Stages),
  latitude: Type.Optional(Type.Number({ description: 'WGS-84 degrees' })),
  longitude: Type.Optional(Type.Number()),
  elevation: Type.Optional(Type.Number({ description: 'metres above the sea' })),
  boundary: Type.Optional(Boundary),
});

const details = {
  label: Type.Optional(Label),
  profile: Type.Optional(Maybe(Text('threshold profile; before the first stage where there are stages', 64))),
  stages: Type.Optional(Maybe(Stages)),
  latitude: Type.Optional(Maybe(Type.Number({ minimum: -90, maximum: 90 }))),
  longitude: Type.Optional(Maybe(Type.Number({ minimum: -180, maximum: 180 }))),
  elevation: Type.Optional(Maybe(Type.Number({ minimum: -160, maximum: 6000 }))),
  boundary: Type.Optional(Maybe(Boundary)),
};

const SiteChange = Exact(details, { minProperties: 1, description: 'what is absent stays, null takes it away' });
const NewSite = Exact({ park: Slug, site: Slug, type: Type.Optional(OneOf(SITE_TYPES)), ...details });
const AtSite = Exact({ park: Slug, site: Slug });

export const siteRoutes: FastifyPluginAsyncTypebox<SiteOptions> = async (app, { registry }) => {
  const siteIn = ({ params }: FastifyRequest) => {
    const { park, site } = params as Static<typeof AtSite>;
    return registry.site(park, site);
  };
  const newSite = ({ body }: FastifyRequest) => {
    const { park, site } = body as Static<typeof NewSite>;
    return registry.site(park, site);
  };

  app.patch(
    '/sites/:park/:site',
    {
      config: {
        access: { right: 'agronomy', park: 'named' },
        audit: { what: 'site.change', of: siteIn },
        problems: ['SITE_UNKNOWN', 'SITE_INVALID', 'PROFILE_UNKNOWN', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Changes a site: name, threshold profile, growth stages, position, outline of the field',
        params: AtSite,
        body: SiteChange,
        response: { 200: Site },
      },
    },
    ({ params, body }) => registry.setSite(params.park, params.site, body),
  );

  app.post(
    '/sites',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'site.add', of: newSite },
        problems: ['SITE_EXISTS', 'PARK_UNKNOWN', 'ID_INVALID', 'PROFILE_UNKNOWN', 'SITE_INVALID'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Makes a site: a pond, a paddy, a cold store, a vehicle, a field',
        body: NewSite,
        response: { 201: Site },
      },
    },
    async ({ body }, reply) => {
      // A member that is null in a change is absent in a new site.
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
      return reply.code(201).send(await registry.addSite(given as unknown as NewSiteInput));
    },
  );

  app.delete(
    '/sites/:park/:site',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'site.remove', of: siteIn },
        problems: ['SITE_UNKNOWN', 'SITE_NOT_EMPTY'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Removes a site that has no devices; readings measured there stay',
        params: AtSite,
        response: { 204: Type.Null({ description: 'removed' }) },
      },
    },
    async ({ params }, reply) => {
      await registry.removeSite(params.park, params.site);
      return reply.code(204).send(null);
    },
  );
};
