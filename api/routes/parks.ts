/** Parks: list with their sites and profiles, add, rename, remove. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Registry } from '../../registry/registry.ts';
import { registrySeen } from '../authorize.ts';
import { Exact, Label, List, Slug } from '../schemas.ts';
import { Profile } from './profiles.ts';
import { Site } from './sites.ts';

const RemovedDemo = Exact({
  devices: Type.Integer(),
  sites: Type.Integer(),
  parks: Type.Integer(),
  kept: List(Type.String(), { description: 'park/site of demo sites with other devices' }),
});

export type DemoRemoval = Static<typeof RemovedDemo>;

export interface ParkOptions {
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'profiles' | 'addPark' | 'setPark' | 'removePark'>;
  /** Removes the demo's devices, sites and parks; `kept` names those of its sites that have other devices. */
  readonly removeDemo: () => Promise<DemoRemoval>;
}

const Towns = List(Label, { maxItems: 64, description: 'towns the park lies in' });
const Park = Exact({
  id: Slug,
  label: Label,
  towns: Towns,
  isDemo: Type.Optional(Type.Boolean({ description: 'planted by the demo' })),
});
const ParksAnswer = Exact({
  parks: List(Park),
  sites: List(Site),
  profiles: List(Profile),
});
export type ParksAnswer = Static<typeof ParksAnswer>;

const Removed = Type.Null({ description: 'removed' });
const InPark = Exact({ park: Slug });

export const parkRoutes: FastifyPluginAsyncTypebox<ParkOptions> = async (app, { registry, removeDemo }) => {
  const parkNamed = (id: string) => registry.parks().find((park) => park.id === id);
  const parkIn = ({ params }: FastifyRequest) => parkNamed((params as Static<typeof InPark>).park);

  app.get(
    '/parks',
    {
      config: { access: { right: 'read', park: 'listed' } },
      schema: {
        tags: ['registry'],
        summary: 'Parks, their sites, and the threshold profiles',
        response: { 200: ParksAnswer },
      },
    },
    async (request) => {
      const seen = registrySeen(registry, request);
      return { parks: seen.parks(), sites: seen.sites(), profiles: registry.profiles() };
    },
  );

  app.post(
    '/parks',
    {
      config: {
        access: { right: 'administer', park: 'every' },
        audit: { what: 'park.add', of: ({ body }) => parkNamed((body as { readonly park: string }).park) },
        problems: ['PARK_EXISTS', 'ID_INVALID'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Makes a park',
        body: Exact({ park: Slug, label: Type.Optional(Label), towns: Type.Optional(Towns) }),
        response: { 201: Park },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await registry.addPark(body)),
  );

  app.patch(
    '/parks/:park',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'park.change', of: parkIn },
        problems: ['PARK_UNKNOWN'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Renames a park',
        params: InPark,
        body: Exact({ label: Type.Optional(Label), towns: Type.Optional(Towns) }, { minProperties: 1 }),
        response: { 200: Park },
      },
    },
    async ({ params, body }) => registry.setPark(params.park, body),
  );

  app.delete(
    '/parks/:park',
    {
      config: {
        access: { right: 'administer', park: 'named' },
        audit: { what: 'park.remove', of: parkIn },
        problems: ['PARK_UNKNOWN', 'PARK_NOT_EMPTY'],
      },
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

  app.delete(
    '/demo',
    {
      config: { access: { right: 'administer', park: 'every' }, audit: { what: 'demo.remove' } },
      schema: {
        tags: ['registry'],
        summary: 'Takes the demo out: its devices, and its sites and parks where nothing else stands; readings stay',
        response: { 200: RemovedDemo },
      },
    },
    async () => removeDemo(),
  );
};
