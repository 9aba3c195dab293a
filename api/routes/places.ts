/** Parks and sites are made, renamed and removed. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { NewSite as NewSiteInput, Park } from '../../registry/registry.ts';
import type { ApiOptions } from '../api.ts';
import { Label, NewSite, Slug } from '../schemas.ts';

type Options = Pick<ApiOptions, 'registry' | 'removeDemo'>;

const Towns = Type.Array(Label, { maxItems: 64, description: 'towns the park lies in' });
const ShownPark = Type.Object({
  id: Slug,
  label: Label,
  towns: Type.Unsafe<Park['towns']>(Type.Array(Label)),
  isDemo: Type.Optional(Type.Boolean({ description: 'planted by the demo' })),
});
const ShownSite = Type.Object(
  { park: Slug, id: Slug, label: Label, type: Type.String() },
  { additionalProperties: true },
);
const Removed = Type.Null({ description: 'removed' });
const InPark = Type.Object({ park: Slug }, { additionalProperties: false });
const AtSite = Type.Object({ park: Slug, site: Slug }, { additionalProperties: false });

export const placeRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { registry, removeDemo }) => {
  app.post(
    '/parks',
    {
      schema: {
        tags: ['registry'],
        summary: 'Makes a park',
        body: Type.Object(
          { park: Slug, label: Type.Optional(Label), towns: Type.Optional(Towns) },
          { additionalProperties: false },
        ),
        response: { 201: ShownPark },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await registry.addPark(body)),
  );

  app.patch(
    '/parks/:park',
    {
      schema: {
        tags: ['registry'],
        summary: 'Renames a park',
        params: InPark,
        body: Type.Object(
          { label: Type.Optional(Label), towns: Type.Optional(Towns) },
          { additionalProperties: false, minProperties: 1 },
        ),
        response: { 200: ShownPark },
      },
    },
    async ({ params, body }) => registry.setPark(params.park, body),
  );

  app.delete(
    '/parks/:park',
    {
      schema: {
        tags: ['registry'],
        summary: 'Removes a park that has no sites and no devices',
        params: InPark,
        response: { 204: Removed },
      },
    },
    async ({ params }, reply) => {
      await registry.removePark(params.park);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/sites',
    {
      schema: {
        tags: ['registry'],
        summary: 'Makes a site: a pond, a paddy, a cold store, a vehicle, a field',
        body: NewSite,
        response: { 201: ShownSite },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await registry.addSite(body as unknown as NewSiteInput)),
  );

  app.delete(
    '/sites/:park/:site',
    {
      schema: {
        tags: ['registry'],
        summary: 'Removes a site that has no devices; readings measured there stay',
        params: AtSite,
        response: { 204: Removed },
      },
    },
    async ({ params }, reply) => {
      await registry.removeSite(params.park, params.site);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/demo',
    {
      schema: {
        tags: ['registry'],
        summary: 'Takes the demo out: its devices, and its sites and parks where nothing else stands; readings stay',
        response: {
          200: Type.Object({
            devices: Type.Integer(),
            sites: Type.Integer(),
            parks: Type.Integer(),
            kept: Type.Unsafe<readonly string[]>(
              Type.Array(Type.String(), { description: 'park/site of demo sites with other devices' }),
            ),
          }),
        },
      },
    },
    async () => removeDemo(),
  );
};
