/** Tokens of programs: create with roles and an expiry, list without their text, revoke. The installation's own is one of them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { EVERY_PARK, mayGrant } from '../../people/roles.ts';
import type { ProgramToken } from '../../people/tokens.ts';
import { checkMayGrant, identityOf, seesHolder } from '../people-checks.ts';
import { peopleRoute } from '../people-route.ts';
import { Grants, NO_CONTENT, PersonName, Token, TokenWithText } from '../people-schemas.ts';
import { Exact, List } from '../schemas.ts';
import type { PeopleOptions } from './users.ts';

const TokensAnswer = Exact({ tokens: List(Token, { description: 'newest first' }) });
export type TokensAnswer = Static<typeof TokensAnswer>;
export type MadeToken = Static<typeof TokenWithText>;
const DAY = 24 * 3_600_000;
const DEFAULT_DAYS = 365;
const INSTALLATION = 'installation';
const OF_INSTALLATION: Token = {
  id: INSTALLATION,
  name: 'DAOYU_API_TOKEN',
  grants: [{ role: 'admin', park: EVERY_PARK }],
  createdAt: 0,
  createdBy: '',
};

export const tokenRoutes: FastifyPluginAsyncTypebox<PeopleOptions & { readonly clock: () => number }> = async (
  app,
  { people, clock },
) => {
  const { tokens, installation, accounts } = people;

  app.get(
    '/tokens',
    peopleRoute({ summary: 'Tokens of programs, never their text', response: { 200: TokensAnswer } }),
    async (request) => {
      const me = identityOf(request);
      const all = [...tokens.list().map(show), ...(installation.isRevoked() ? [] : [OF_INSTALLATION])];
      return { tokens: all.filter(({ grants }) => seesHolder(me, grants)) };
    },
  );

  app.post(
    '/tokens',
    peopleRoute(
      {
        summary: 'A token for one program; its text is in this answer and nowhere else',
        body: Exact({
          name: PersonName,
          grants: Grants,
          days: Type.Optional(Type.Integer({ minimum: 1, maximum: 731, description: `default ${DEFAULT_DAYS}` })),
        }),
        response: { 201: TokenWithText },
      },
      { audit: { what: 'token.make', asked: true }, problems: ['ACCOUNT_INVALID', 'PEOPLE_FULL'] },
    ),
    async (request, reply) => {
      const { name, grants, days = DEFAULT_DAYS } = request.body;
      checkMayGrant(request, grants);
      const expiresAt = clock() + days * DAY;
      const { token, text } = await tokens.make({ name, grants, expiresAt }, identityOf(request).name);
      request.audited = { where: `${token.id} ${token.name}` };
      return reply.code(201).send({ ...show(token), token: text });
    },
  );

  app.delete(
    '/tokens/:id',
    peopleRoute(
      {
        summary: 'Revokes a token at once, on every process',
        params: Exact({
          id: Type.String({ maxLength: 64, description: '`installation`: the one of DAOYU_API_TOKEN' }),
        }),
        response: { 204: NO_CONTENT },
      },
      { audit: { what: 'token.revoke' }, problems: ['PERSON_UNKNOWN', 'LAST_ADMIN'] },
    ),
    async (request, reply) => {
      const { id } = request.params;
      const me = identityOf(request);
      const known = id === INSTALLATION && !installation.isRevoked() ? OF_INSTALLATION : tokens.get(id);
      if (known === undefined || !seesHolder(me, known.grants))
        throw new DaoyuError('PERSON_UNKNOWN', `there is no token ${id}`);
      if (!mayGrant(me.grants, known.grants)) checkMayGrant(request, known.grants);
      if (id === INSTALLATION) {
        if (!accounts.hasAdmin())
          throw new DaoyuError(
            'LAST_ADMIN',
            'no account administers all parks yet: add one first, or nobody could administer this installation',
          );
        await installation.revoke(me.name);
      } else await tokens.revoke(id);
      request.audited = { where: `${id} ${known.name}` };
      return reply.code(204).send(null);
    },
  );
};

function show({ digest: _, ...token }: ProgramToken): Token {
  return token;
}
