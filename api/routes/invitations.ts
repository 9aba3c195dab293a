/** Invitations: links with roles, for people who then choose their own user name and password. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { Identity } from '../../people/identity.ts';
import { INVITATION_MS, type Invitation } from '../../people/invitations.ts';
import type { People } from '../../people/people.ts';
import { type Grant, mayGrant, tidyGrants } from '../../people/roles.ts';
import { baseOf, checkMayGrant, identityOf } from '../people-checks.ts';
import { peopleRoute } from '../people-route.ts';
import { Grants, InvitationWithLink, ListedInvitation, linkOf, NO_CONTENT } from '../people-schemas.ts';
import { Exact, List } from '../schemas.ts';
import type { PeopleOptions } from './users.ts';

const InvitationsAnswer = Exact({ invitations: List(ListedInvitation, { description: 'open ones, newest first' }) });
export type InvitationsAnswer = Static<typeof InvitationsAnswer>;
const HOUR = 3_600_000;

export const invitationRoutes: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, { people }) => {
  const { invitations } = people;
  const isOwn = (me: Identity) => (invitation: Invitation) => mayGrant(me.grants, grantsOf(people, invitation));

  app.get(
    '/invitations',
    peopleRoute({ summary: 'Links that are still valid', response: { 200: InvitationsAnswer } }),
    async (request) => ({
      invitations: invitations
        .list()
        .filter(isOwn(identityOf(request)))
        .map(show),
    }),
  );

  app.post(
    '/invitations',
    peopleRoute(
      {
        summary: 'Answers a link that creates one account with these roles',
        body: Exact({
          grants: Grants,
          hours: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 24 * 14, description: `default ${INVITATION_MS / HOUR}` }),
          ),
        }),
        response: { 201: InvitationWithLink },
      },
      { audit: { what: 'invitation.make', asked: true }, problems: ['ACCOUNT_INVALID', 'PEOPLE_FULL'] },
    ),
    async (request, reply) => {
      const { grants, hours = INVITATION_MS / HOUR } = request.body;
      checkMayGrant(request, grants);
      const purpose = { is: 'account', grants: tidyGrants(grants) } as const;
      const { code, invitation } = await invitations.make(purpose, identityOf(request), hours * HOUR);
      return reply
        .code(201)
        .send({ id: invitation.id, ...linkOf(baseOf(request), `/join?code=${code}`, invitation.expiresAt) });
    },
  );

  app.delete(
    '/invitations/:id',
    peopleRoute(
      {
        summary: 'Withdraws a link before anybody uses it',
        params: Exact({ id: Type.String({ maxLength: 64 }) }),
        response: { 204: NO_CONTENT },
      },
      { audit: { what: 'invitation.withdraw' }, problems: ['PERSON_UNKNOWN'] },
    ),
    async (request, reply) => {
      const { id } = request.params;
      const known = invitations.list().filter(isOwn(identityOf(request)));
      if (!known.some((each) => each.id === id) || !(await invitations.revoke(id)))
        throw new DaoyuError('PERSON_UNKNOWN', `there is no open invitation ${id}`);
      return reply.code(204).send(null);
    },
  );
};

/** The roles an invitation would grant, or the person or screen it is for. */
function grantsOf({ accounts, screens }: People, { purpose }: Invitation): readonly Grant[] {
  if (purpose.is === 'account') return purpose.grants;
  if (purpose.is === 'password') return accounts.get(purpose.user)?.grants ?? [];
  return screens.get(purpose.screen)?.grants ?? [];
}

function show({ id, purpose, createdAt, createdBy, expiresAt }: Invitation): Static<typeof ListedInvitation> {
  return {
    ...{ id, is: purpose.is, createdAt, createdBy, expiresAt },
    ...(purpose.is === 'account' && { grants: purpose.grants }),
    ...(purpose.is === 'password' && { user: purpose.user }),
    ...(purpose.is === 'screen' && { screen: purpose.screen }),
  };
}
