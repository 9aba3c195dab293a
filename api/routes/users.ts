/** Accounts of people: list, add, change, remove. Each person signs in first by a link of their own, so nobody knows another's password. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { People } from '../../people/people.ts';
import { ByUser, managedAccount, passwordLink, showAccount } from '../managed-account.ts';
import { checkMayGrant, identityOf, seesHolder } from '../people-checks.ts';
import { peopleRoute } from '../people-route.ts';
import { Email, Grants, NO_CONTENT, Person, PersonName, PersonWithLink, User } from '../people-schemas.ts';
import { Exact, List } from '../schemas.ts';

export interface PeopleOptions {
  readonly people: People;
}

const PeopleAnswer = Exact({ people: List(Person, { description: 'by user name' }) });
export type PeopleAnswer = Static<typeof PeopleAnswer>;

export const userRoutes: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, { people }) => {
  const { accounts, invitations } = people;

  const shownIn = ({ params }: FastifyRequest) => {
    const account = accounts.get((params as Static<typeof ByUser>).user);
    return account && { name: account.name, grants: account.grants, email: account.email };
  };

  app.get(
    '/users',
    peopleRoute({
      summary: 'Accounts with a role in a park that the caller administers',
      response: { 200: PeopleAnswer },
    }),
    async (request) => {
      const me = identityOf(request);
      return {
        people: accounts
          .list()
          .filter(({ grants }) => seesHolder(me, grants))
          .map(showAccount),
      };
    },
  );

  app.post(
    '/users',
    peopleRoute(
      {
        summary: 'Adds an account; answers a link, good once within three days, where its person chooses a password',
        body: Exact({ user: User, name: PersonName, grants: Grants, email: Type.Optional(Email) }),
        response: { 201: PersonWithLink },
      },
      { audit: { what: 'account.add', asked: true }, problems: ['ACCOUNT_EXISTS', 'ACCOUNT_INVALID', 'PEOPLE_FULL'] },
    ),
    async (request, reply) => {
      checkMayGrant(request, request.body.grants);
      const account = await accounts.add(request.body, identityOf(request).name);
      return reply
        .code(201)
        .send({ person: showAccount(account), ...(await passwordLink(request, people, account.user)) });
    },
  );

  app.patch(
    '/users/:user',
    peopleRoute(
      {
        summary: 'Changes name, e-mail address or roles of a person; changed roles end all their sessions at once',
        params: ByUser,
        body: Exact(
          { name: Type.Optional(PersonName), grants: Type.Optional(Grants), email: Type.Optional(Email) },
          { minProperties: 1 },
        ),
        response: { 200: Person },
      },
      { audit: { what: 'account.change', of: shownIn }, problems: ['PERSON_UNKNOWN', 'ACCOUNT_INVALID', 'LAST_ADMIN'] },
    ),
    async (request) => {
      const { user } = managedAccount(request, people);
      const { grants } = request.body;
      if (grants !== undefined) {
        checkMayGrant(request, grants);
        // Invitations made with the former roles become void.
        await invitations.revokeWhere(({ creator }) => creator === user);
      }
      return showAccount(await accounts.change(user, request.body));
    },
  );

  app.delete(
    '/users/:user',
    peopleRoute(
      {
        summary: 'Removes an account and ends its sessions at once; the audit trail keeps its actions',
        params: ByUser,
        response: { 204: NO_CONTENT },
      },
      { audit: { what: 'account.remove', of: shownIn }, problems: ['PERSON_UNKNOWN', 'LAST_ADMIN'] },
    ),
    async (request, reply) => {
      const { user } = managedAccount(request, people);
      await accounts.remove(user);
      const isTheirs = ({ owner }: { owner: { kind: string; user?: string } }) =>
        owner.kind === 'person' && owner.user === user;
      await people.sessions.endWhere(isTheirs);
      await invitations.revokeWhere(
        ({ creator, purpose }) => creator === user || (purpose.is === 'password' && purpose.user === user),
      );
      return reply.code(204).send(null);
    },
  );
};
