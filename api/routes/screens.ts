/** Wall screens: add with a link that signs one browser in, list, sign in again, remove. They can only read. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { EVERY_PARK, mayGrant } from '../../people/roles.ts';
import { noScreen, type Screen } from '../../people/screens.ts';
import { baseOf, checkMayGrant, identityOf } from '../people-checks.ts';
import { peopleRoute } from '../people-route.ts';
import { ListedScreen, linkOf, NO_CONTENT, PersonName, ScreenWithLink } from '../people-schemas.ts';
import { Exact, List, Slug } from '../schemas.ts';
import type { PeopleOptions } from './users.ts';

const ScreensAnswer = Exact({ screens: List(ListedScreen) });
export type ScreensAnswer = Static<typeof ScreensAnswer>;
const ById = Exact({ id: Type.String({ maxLength: 64 }) });

export const screenRoutes: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, { people }) => {
  const { screens, invitations, sessions } = people;

  function managed(request: FastifyRequest): Screen {
    const { id } = request.params as Static<typeof ById>;
    const screen = screens.get(id);
    if (screen === undefined || !mayGrant(identityOf(request).grants, screen.grants)) throw noScreen(id);
    return screen;
  }

  async function linkFor(request: FastifyRequest, { id }: Screen) {
    await invitations.revokeWhere(({ purpose }) => purpose.is === 'screen' && purpose.screen === id);
    const { code, invitation } = await invitations.make({ is: 'screen', screen: id }, identityOf(request));
    return linkOf(baseOf(request), `/join?code=${code}`, invitation.expiresAt);
  }

  function show({ id, name, grants, createdAt, createdBy, epoch }: Screen): ListedScreen {
    const own = sessions.list().filter(({ owner }) => owner.kind === 'screen' && owner.screen === id);
    const alive = own.filter(({ owner }) => owner.kind === 'screen' && owner.epoch === epoch);
    const seenAt = Math.max(...alive.map((session) => session.seenAt));
    return {
      ...{ id, name, parks: grants.map(({ park }) => park), isSignedIn: alive.length > 0 },
      ...(alive.length > 0 && { seenAt }),
      ...{ createdAt, createdBy },
    };
  }

  app.get('/screens', peopleRoute({ summary: 'Wall screens', response: { 200: ScreensAnswer } }), async (request) => {
    const me = identityOf(request);
    return {
      screens: screens
        .list()
        .filter(({ grants }) => mayGrant(me.grants, grants))
        .map(show),
    };
  });

  app.post(
    '/screens',
    peopleRoute(
      {
        summary: 'Adds a wall screen; answers a link that signs it in once, within three days',
        body: Exact({
          name: PersonName,
          parks: Type.Optional(List(Slug, { minItems: 1, maxItems: 64, description: 'absent: all parks' })),
        }),
        response: { 201: ScreenWithLink },
      },
      { audit: { what: 'screen.make', asked: true }, problems: ['ACCOUNT_INVALID', 'PEOPLE_FULL'] },
    ),
    async (request, reply) => {
      const { parks = [EVERY_PARK] } = request.body;
      checkMayGrant(
        request,
        parks.map((park) => ({ role: 'viewer', park })),
      );
      const screen = await screens.make(request.body, identityOf(request).name);
      request.audited = { where: `${screen.id} ${screen.name}` };
      return reply.code(201).send({ screen: show(screen), ...(await linkFor(request, screen)) });
    },
  );

  app.post(
    '/screens/:id/link',
    peopleRoute(
      {
        summary: 'Signs a screen out; answers a new link to sign it in',
        params: ById,
        response: { 201: ScreenWithLink },
      },
      { audit: { what: 'screen.link' }, problems: ['PERSON_UNKNOWN'] },
    ),
    async (request, reply) => {
      const screen = await screens.signOut(managed(request).id);
      return reply.code(201).send({ screen: show(screen), ...(await linkFor(request, screen)) });
    },
  );

  app.delete(
    '/screens/:id',
    peopleRoute(
      { summary: 'Removes a screen and signs it out', params: ById, response: { 204: NO_CONTENT } },
      { audit: { what: 'screen.remove' }, problems: ['PERSON_UNKNOWN'] },
    ),
    async (request, reply) => {
      const { id, name } = managed(request);
      await screens.remove(id);
      await sessions.endWhere(({ owner }) => owner.kind === 'screen' && owner.screen === id);
      request.audited = { where: `${id} ${name}` };
      return reply.code(204).send(null);
    },
  );
};
