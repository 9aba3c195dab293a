/** Accounts of people: listed, made, changed, removed; each gets in by a link of their own, so that nobody knows another's password. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Account } from '../../people/account.ts';
import { noAccount } from '../../people/accounts.ts';
import type { People } from '../../people/people.ts';
import { baseOf, checkMayGrant, identityOf, seesHolder } from '../people-checks.ts';
import { Grants, linkOf, NO_CONTENT, Person, PersonName, PersonWithLink, User } from '../people-schemas.ts';
import { Exact, List } from '../schemas.ts';

export interface PeopleOptions {
  readonly people: People;
}

const PeopleAnswer = Exact({ people: List(Person, { description: 'by user name' }) });
export type PeopleAnswer = Static<typeof PeopleAnswer>;
const ByUser = Exact({ user: User });
const access = { right: 'administer', park: 'any' } as const;

export function showAccount({ user, name, grants, passwordHash, createdAt, createdBy, lastSignInAt }: Account): Person {
  return {
    ...{ user, name, grants, hasPassword: passwordHash !== undefined, createdAt, createdBy },
    ...(lastSignInAt !== undefined && { lastSignInAt }),
  };
}

export const userRoutes: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, { people }) => {
  const { accounts, invitations } = people;

  /** Of an account that whoever asks may decide about. */
  function managed(request: FastifyRequest): Account {
    const { user } = request.params as Static<typeof ByUser>;
    const account = accounts.get(user);
    if (account === undefined || !seesHolder(identityOf(request), account.grants)) throw noAccount(user);
    checkMayGrant(request, account.grants);
    return account;
  }

  async function linkFor(request: FastifyRequest, user: string) {
    // One link at a time: an older one in somebody's chat is void.
    await invitations.revokeWhere(({ purpose }) => purpose.is === 'password' && purpose.user === user);
    const { code, invitation } = await invitations.make({ is: 'password', user }, identityOf(request));
    return linkOf(baseOf(request), `/join?code=${code}`, invitation.expiresAt);
  }

  const shownIn = ({ params }: FastifyRequest) => {
    const account = accounts.get((params as Static<typeof ByUser>).user);
    return account && { name: account.name, grants: account.grants };
  };

  app.get(
    '/users',
    {
      config: { access },
      schema: {
        tags: ['people'],
        summary: 'Accounts with a role in the parks that whoever asks administers',
        response: { 200: PeopleAnswer },
      },
    },
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
    {
      config: {
        access,
        audit: { what: 'account.add', asked: true },
        problems: ['ACCOUNT_EXISTS', 'ACCOUNT_INVALID', 'PEOPLE_FULL'],
      },
      schema: {
        tags: ['people'],
        summary: 'Makes an account, and a link by which its person chooses a password: once, within three days',
        body: Exact({ user: User, name: PersonName, grants: Grants }),
        response: { 201: PersonWithLink },
      },
    },
    async (request, reply) => {
      checkMayGrant(request, request.body.grants);
      const account = await accounts.add(request.body, identityOf(request).name);
      return reply.code(201).send({ person: showAccount(account), ...(await linkFor(request, account.user)) });
    },
  );

  app.patch(
    '/users/:user',
    {
      config: {
        access,
        audit: { what: 'account.change', of: shownIn },
        problems: ['PERSON_UNKNOWN', 'ACCOUNT_INVALID', 'LAST_ADMIN'],
      },
      schema: {
        tags: ['people'],
        summary: 'Renames a person, or gives other roles: then all their sessions end at once',
        params: ByUser,
        body: Exact({ name: Type.Optional(PersonName), grants: Type.Optional(Grants) }, { minProperties: 1 }),
        response: { 200: Person },
      },
    },
    async (request) => {
      const { user } = managed(request);
      const { grants } = request.body;
      if (grants !== undefined) {
        checkMayGrant(request, grants);
        // What somebody with less to say had promised is void.
        await invitations.revokeWhere(({ creator }) => creator === user);
      }
      return showAccount(await accounts.change(user, request.body));
    },
  );

  app.delete(
    '/users/:user',
    {
      config: {
        access,
        audit: { what: 'account.remove', of: shownIn },
        problems: ['PERSON_UNKNOWN', 'LAST_ADMIN'],
      },
      schema: {
        tags: ['people'],
        summary: 'Removes an account; its sessions end at once, and the trail keeps what it did',
        params: ByUser,
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      const { user } = managed(request);
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

  app.post(
    '/users/:user/link',
    {
      config: { access, audit: { what: 'invitation.make' }, problems: ['PERSON_UNKNOWN'] },
      schema: {
        tags: ['people'],
        summary: 'A link by which a person chooses a new password; the old one stays good until then',
        params: ByUser,
        response: { 201: PersonWithLink },
      },
    },
    async (request, reply) => {
      const account = managed(request);
      return reply.code(201).send({ person: showAccount(account), ...(await linkFor(request, account.user)) });
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
      await accounts.signOutEverywhere(managed(request).user);
      return reply.code(204).send(null);
    },
  );
};
