/** The caller's identity and rights, their password, and sessions: their own and those of people they administer. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { allows, mayGrant, parksWith, RIGHTS } from '../../people/roles.ts';
import type { ListedSession as Session } from '../../people/sessions.ts';
import { identityOf } from '../people-checks.ts';
import { ListedSession, Me, NO_CONTENT, Password } from '../people-schemas.ts';
import { Exact, List } from '../schemas.ts';
import type { SignIn } from '../sign-in.ts';
import type { PeopleOptions } from './users.ts';

const SessionsAnswer = Exact({ sessions: List(ListedSession, { description: 'last used first' }) });
export type SessionsAnswer = Static<typeof SessionsAnswer>;

export const meRoutes: FastifyPluginAsyncTypebox<PeopleOptions & { readonly signIn: SignIn }> = async (
  app,
  { people, signIn },
) => {
  const { sessions, accounts, screens } = people;

  /** The caller's own, and those of people and screens that the caller administers. */
  function isMine(request: FastifyRequest, { owner, id }: Session): boolean {
    const me = identityOf(request);
    if (id === me.session) return true;
    if (owner.kind === 'link') return allows(me.grants, 'administer');
    if (owner.kind === 'person') {
      if (me.kind === 'person' && me.id === owner.user) return true;
      const account = accounts.get(owner.user);
      return account !== undefined && mayGrant(me.grants, account.grants);
    }
    const screen = screens.get(owner.screen);
    return screen !== undefined && mayGrant(me.grants, screen.grants);
  }

  app.get(
    '/me',
    {
      config: { access: 'known' },
      schema: { tags: ['people'], summary: 'Who asks, and which rights that gives', response: { 200: Me } },
    },
    async (request) => {
      const { kind, id, name, grants, session, operatorUntil } = identityOf(request);
      const account = kind === 'person' ? accounts.get(id) : undefined;
      return {
        ...{ kind, id, name, grants },
        rights: RIGHTS.map((right) => ({ right, parks: parksWith(grants, right) })).filter(
          ({ parks }) => parks.length > 0,
        ),
        ...(session !== undefined && { session }),
        ...(operatorUntil !== undefined && { operatorUntil }),
        ...(account !== undefined && {
          secondFactor: {
            isOn: account.secondFactor !== undefined,
            recoveryCodesLeft: account.secondFactor?.recovery.length ?? 0,
          },
        }),
        mayMakeFirstAccount: signIn.firstInvitation(request) !== undefined,
      };
    },
  );

  app.post(
    '/me/password',
    {
      config: {
        access: 'known',
        audit: { what: 'account.password' },
        problems: ['SIGN_IN_INVALID', 'PASSWORD_WEAK', 'TOO_MANY_ATTEMPTS'],
      },
      schema: {
        tags: ['people'],
        summary: 'Changes the own password; every other session of the account ends',
        body: Exact({ current: Password, next: Password }),
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      const { kind, id, isSession } = identityOf(request);
      if (kind !== 'person' || !isSession)
        throw new DaoyuError('FORBIDDEN', 'only a person who signed in with an account has a password to change');
      const { current, next } = request.body;
      await signIn.prove(id, current, request.ip);
      const { user, epoch } = await accounts.setPassword(id, next);
      await signIn.begin({ kind: 'person', user, epoch }, request, reply);
      request.audited = { where: user };
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/sessions',
    {
      config: { access: 'known' },
      schema: {
        tags: ['people'],
        summary: 'Browser sessions: the own ones, and those of whom one administers',
        response: { 200: SessionsAnswer },
      },
    },
    async (request) => {
      const { session: own } = identityOf(request);
      const seen = sessions.list().filter((each) => people.isGood(each) && isMine(request, each));
      return {
        sessions: seen
          .sort((one, other) => other.seenAt - one.seenAt)
          .map(({ id, owner, createdAt, seenAt, expiresAt, address, agent }) => ({
            ...{ id, kind: owner.kind, who: whoOf(owner), isThis: id === own },
            ...{ createdAt, seenAt, expiresAt, address, agent },
          })),
      };
    },
  );

  app.delete(
    '/sessions/:id',
    {
      config: { access: 'known', audit: { what: 'session.end' }, problems: ['PERSON_UNKNOWN'] },
      schema: {
        tags: ['people'],
        summary: 'Ends a session at once',
        params: Exact({ id: Type.String({ maxLength: 64 }) }),
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const session = sessions.list().find((each) => each.id === id);
      if (session === undefined || !isMine(request, session) || !(await sessions.end(id)))
        throw new DaoyuError('PERSON_UNKNOWN', `there is no session ${id}`);
      request.audited = { where: `${whoOf(session.owner)} ${id}`.trim() };
      return reply.code(204).send(null);
    },
  );
};

function whoOf(owner: Session['owner']): string {
  if (owner.kind === 'person') return owner.user;
  return owner.kind === 'screen' ? owner.screen : '';
}
