/** A new password link for a person, and the end of all their sessions. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ByUser, managedAccount, passwordLink, showAccount } from '../managed-account.ts';
import { NO_CONTENT, PersonWithLink } from '../people-schemas.ts';
import type { PeopleOptions } from './users.ts';

const access = { right: 'administer', park: 'any' } as const;

export const userAccessRoutes: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, { people }) => {
  app.post(
    '/users/:user/link',
    {
      config: { access, audit: { what: 'invitation.make' }, problems: ['PERSON_UNKNOWN'] },
      schema: {
        tags: ['people'],
        summary: 'A link where a person chooses a new password; the old one is valid until then',
        params: ByUser,
        response: { 201: PersonWithLink },
      },
    },
    async (request, reply) => {
      const account = managedAccount(request, people);
      return reply
        .code(201)
        .send({ person: showAccount(account), ...(await passwordLink(request, people, account.user)) });
    },
  );

  app.delete(
    '/users/:user/sessions',
    {
      config: { access, audit: { what: 'account.sign-out' }, problems: ['PERSON_UNKNOWN'] },
      schema: {
        tags: ['people'],
        summary: 'Ends all sessions of a person at once',
        params: ByUser,
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      await people.accounts.signOutEverywhere(managedAccount(request, people).user);
      return reply.code(204).send(null);
    },
  );
};
