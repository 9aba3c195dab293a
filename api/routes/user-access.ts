/** A new password link for a person, and the end of all their sessions. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ByUser, managedAccount, passwordLink, showAccount } from '../managed-account.ts';
import { peopleRoute } from '../people-route.ts';
import { NO_CONTENT, PersonWithLink } from '../people-schemas.ts';
import type { PeopleOptions } from './users.ts';

export const userAccessRoutes: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, { people }) => {
  app.post(
    '/users/:user/link',
    peopleRoute(
      {
        summary: 'A link where a person chooses a new password; the old one is valid until then',
        params: ByUser,
        response: { 201: PersonWithLink },
      },
      { audit: { what: 'invitation.make' }, problems: ['PERSON_UNKNOWN'] },
    ),
    async (request, reply) => {
      const account = managedAccount(request, people);
      return reply
        .code(201)
        .send({ person: showAccount(account), ...(await passwordLink(request, people, account.user)) });
    },
  );

  app.delete(
    '/users/:user/sessions',
    peopleRoute(
      { summary: 'Ends all sessions of a person at once', params: ByUser, response: { 204: NO_CONTENT } },
      { audit: { what: 'account.sign-out' }, problems: ['PERSON_UNKNOWN'] },
    ),
    async (request, reply) => {
      await people.accounts.signOutEverywhere(managedAccount(request, people).user);
      return reply.code(204).send(null);
    },
  );
};
