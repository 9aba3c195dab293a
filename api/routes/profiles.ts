/** Threshold profiles: a new one, or the next version of one. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { Effective, Exact, ProfileName, profileParts } from '../schemas.ts';

export interface ProfileOptions {
  readonly registry: Pick<Registry, 'setProfile'>;
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
  app.put(
    '/profiles/:name',
    {
      config: { problems: ['PROFILE_INVALID', 'PROFILE_CHANGED'] },
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
        throw new DaoyuError('PROFILE_INVALID', `the address names profile ${name}, the body ${body.name}`);
      }
      return registry.setProfile({ ...body, name });
    },
  );
};
