/** Threshold profiles: add one, or the next version of one. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { Effective, Exact, ProfileName, profileParts } from '../schemas.ts';

export interface ProfileOptions {
  readonly registry: Pick<Registry, 'profiles' | 'setProfile'>;
}

export const Profile = Exact({
  name: ProfileName,
  version: Type.Integer({ minimum: 1 }),
  effective: Effective,
  ...profileParts,
});

const ProfileChange = Exact({
  name: Type.Optional(ProfileName),
  version: Type.Integer({ minimum: 0, description: 'the one that was changed; 0 where the profile is new' }),
  effective: Type.Optional(Effective),
  ...profileParts,
});

export const profileRoutes: FastifyPluginAsyncTypebox<ProfileOptions> = async (app, { registry }) => {
  const profileIn = ({ params }: FastifyRequest) =>
    registry.profiles().find(({ name }) => name === (params as { readonly name: string }).name);

  app.put(
    '/profiles/:name',
    {
      // Profiles are shared by all parks.
      config: {
        access: { right: 'agronomy', park: 'every' },
        audit: { what: 'profile.change', of: profileIn },
        problems: ['PROFILE_INVALID', 'PROFILE_CHANGED'],
      },
      schema: {
        tags: ['registry'],
        summary:
          'Makes a threshold profile, or the next version of one: its sites are judged by it from then on, their past too',
        params: Exact({ name: ProfileName }),
        body: ProfileChange,
        response: { 200: Profile },
      },
    },
    async ({ params: { name }, body }) => {
      if (body.name !== undefined && body.name !== name) {
        throw new DaoyuError('PROFILE_INVALID', `the URL names profile ${name}, but the body ${body.name}`);
      }
      return registry.setProfile({ ...body, name });
    },
  );
};
