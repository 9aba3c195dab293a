/** Share links: create for one chart, list, revoke. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { Share, SharedChart } from '../../people/shares.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { parksSeen } from '../authorize.ts';
import { baseOf, identityOf } from '../people-checks.ts';
import { linkOf, NO_CONTENT, OneTimeLink, PersonName } from '../people-schemas.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { Exact, List, Slug, Text, Time, Where } from '../schemas.ts';
import type { PeopleOptions } from './users.ts';

export interface ShareOptions extends PeopleOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
}

const DAY_HOURS = 24;
const HOUR = 3_600_000;
const DEFAULT_DAYS = 7;
const LONGEST_SPAN_MS = 400 * DAY_HOURS * HOUR;

const chart = {
  park: Slug,
  site: Slug,
  kind: Text('name of a sensor kind', 64),
  fields: Type.Optional(List(Text('field', 64), { minItems: 1, maxItems: 8, description: 'absent: the primary ones' })),
};
const ListedShare = Exact({
  id: Type.String(),
  title: Type.String(),
  ...chart,
  from: Type.Optional(Time('of a stretch that stays')),
  to: Type.Optional(Time('its end')),
  lastHours: Type.Optional(Type.Number({ description: 'up to when somebody looks' })),
  createdAt: Time('when it was made'),
  createdBy: Type.String(),
  expiresAt: Time('from then on the link is void'),
});
const SharesAnswer = Exact({ shares: List(ListedShare, { description: 'newest first' }) });
export type SharesAnswer = Static<typeof SharesAnswer>;
export const MadeShare = Exact({ id: Type.String(), ...OneTimeLink.properties });
export type MadeShare = Static<typeof MadeShare>;

export const shareRoutes: FastifyPluginAsyncTypebox<ShareOptions> = async (app, { people, kinds, registry }) => {
  const { shares } = people;
  const parkOf = ({ params }: FastifyRequest) =>
    shares.list().find(({ id }) => id === (params as { readonly id: string }).id)?.chart.park;

  app.get(
    '/shares',
    {
      config: { access: { right: 'share', park: 'listed' } },
      schema: {
        tags: ['people'],
        summary: 'Share links that are still good',
        querystring: Exact({ park: Where.park }),
        response: { 200: SharesAnswer },
      },
    },
    async (request) => {
      const sees = parksSeen(request, 'share');
      const { park } = request.query;
      const seen = shares.list().filter(({ chart: of }) => sees(of.park) && (park === undefined || of.park === park));
      return { shares: seen.map(show) };
    },
  );

  app.post(
    '/shares',
    {
      config: {
        access: { right: 'share', park: 'named' },
        audit: { what: 'share.make', asked: true },
        problems: ['SITE_UNKNOWN', 'KIND_UNKNOWN', 'FIELD_UNKNOWN', 'ACCOUNT_INVALID', 'PEOPLE_FULL'],
      },
      schema: {
        tags: ['people'],
        summary: 'A link to one chart, for people without an account: read-only, until it ends or is revoked',
        body: Exact({
          ...chart,
          title: PersonName,
          from: Type.Optional(Time('with `to`: a stretch that stays')),
          to: Type.Optional(Time('its end')),
          lastHours: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 24 * 400,
              description: 'instead: up to when somebody looks; default 24',
            }),
          ),
          days: Type.Optional(Type.Integer({ minimum: 1, maximum: 92, description: `default ${DEFAULT_DAYS}` })),
        }),
        response: { 201: MadeShare },
      },
    },
    async (request, reply) => {
      const { title, days = DEFAULT_DAYS, park, site, ...asked } = request.body;
      checkPlace(registry, { park, site });
      const kind = kindNamed(kinds, asked.kind);
      const { fields = kind.primary } = asked;
      const unknown = fields.filter((name) => !kind.fields.some((field) => field.name === name));
      if (unknown.length > 0)
        throw new DaoyuError('FIELD_UNKNOWN', `${kind.name} has no field "${unknown.join(', ')}"`);
      const of: SharedChart = { park, site, kind: kind.name, fields, span: spanOf(asked) };
      const lastsMs = days * DAY_HOURS * HOUR;
      const { share, code } = await shares.make({ title, chart: of, lastsMs }, identityOf(request));
      request.audited = { where: `${park}/${site} ${share.id}` };
      return reply.code(201).send({ id: share.id, ...linkOf(baseOf(request), `/s/${code}`, share.expiresAt) });
    },
  );

  app.delete(
    '/shares/:id',
    {
      config: {
        access: { right: 'share', park: parkOf },
        audit: { what: 'share.revoke' },
        problems: ['PERSON_UNKNOWN'],
      },
      schema: {
        tags: ['people'],
        summary: 'Revokes a share link at once',
        params: Exact({ id: Type.String({ maxLength: 64 }) }),
        response: { 204: NO_CONTENT },
      },
    },
    async (request, reply) => {
      await shares.revoke(request.params.id);
      return reply.code(204).send(null);
    },
  );
};

interface Asked {
  readonly from?: number;
  readonly to?: number;
  readonly lastHours?: number;
}

function spanOf({ from, to, lastHours }: Asked): SharedChart['span'] {
  if (from === undefined && to === undefined) return { lastMs: (lastHours ?? DAY_HOURS) * HOUR };
  if (lastHours === undefined && from !== undefined && to !== undefined && from < to && to - from <= LONGEST_SPAN_MS)
    return { from, to };
  throw new DaoyuError(
    'REQUEST_INVALID',
    'give from and to, from before to and at most 400 days apart; or lastHours alone',
  );
}

function show({ id, title, chart: of, createdAt, createdBy, expiresAt }: Share): SharesAnswer['shares'][number] {
  const { span, ...place } = of;
  const time = 'lastMs' in span ? { lastHours: span.lastMs / HOUR } : span;
  return { id, title, ...place, ...time, createdAt, createdBy, expiresAt };
}
