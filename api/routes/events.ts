/** Events recorded by people (作业记录): add, correct, list; and the seasons derived from them. */
import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Alarms } from '../../alarms/alarms.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { EventKind } from '../../journal/event-kind.ts';
import { checkEvent, EVENT_KINDS, type FarmEvent, seasonsOf } from '../../journal/events.ts';
import { byTime, inForce, touches } from '../../journal/record.ts';
import type { RecordBook } from '../../journal/record-book.ts';
import type { Registry } from '../../registry/registry.ts';
import { actorOf } from '../actor.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import { EventAnswer, EventKindsAnswer, EventsAnswer, NewEvent, SeasonsAnswer } from '../journal-schemas.ts';
import { checkPlace } from '../query-names.ts';
import { Exact, OneOf, Text, Where } from '../schemas.ts';
import { parseTime } from '../time-range.ts';

export interface EventOptions {
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly events: Pick<RecordBook<FarmEvent>, 'add' | 'all'>;
  readonly alarms: Pick<Alarms, 'maintain'>;
  readonly clock: () => number;
}

const HOUR = 3_600_000;
/** More than a page shows or a person records in a year. */
const MOST_EVENTS = 20_000;

const EventQuery = Exact({
  ...Where,
  kind: Type.Optional(Text('comma-separated kinds of events; absent: all', 500)),
  from: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative (-30d); default -30d', 40)),
  to: Type.Optional(Text('the same, exclusive; default now', 40)),
  as_of: Type.Optional(Text('what was written down by then; absent: by now', 40)),
  superseded: Type.Optional({ ...OneOf(['true']), description: 'with those that were superseded or withdrawn' }),
});

const PROBLEMS = ['PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', 'TIME_INVALID'] as const;

export const eventRoutes: FastifyPluginAsyncTypebox<EventOptions> = async (
  app,
  { registry, events, alarms, clock },
) => {
  app.get(
    '/event-kinds',
    {
      config: { access: 'known' },
      schema: {
        tags: ['events'],
        summary: 'Kinds of events that can be written down',
        response: { 200: EventKindsAnswer },
      },
    },
    async () => ({ kinds: [...EVENT_KINDS.values()] }),
  );

  app.get(
    '/events',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: [...PROBLEMS, 'QUERY_TOO_LARGE'] },
      schema: {
        tags: ['events'],
        summary: 'Events of a time, as they are known now or were known on a day',
        querystring: EventQuery,
        response: { 200: EventsAnswer },
      },
    },
    async (request) => {
      const { query } = request;
      checkPlace(registrySeen(registry, request), query);
      const sees = parksSeen(request);
      const now = clock();
      const from = parseTime('from', query.from ?? '-30d', now);
      const to = parseTime('to', query.to ?? 'now', now);
      const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, now);
      const kinds = query.kind?.split(',');
      const isAsked = (event: FarmEvent) =>
        sees(event.park) &&
        (query.park === undefined || event.park === query.park) &&
        (query.site === undefined || event.site === query.site) &&
        (query.device === undefined || event.device === undefined || event.device === query.device) &&
        (kinds === undefined || kinds.includes(event.kind)) &&
        touches(event, from, to);
      const known = query.superseded === 'true' ? writtenBy(events.all(), asOf) : inForce(events.all(), asOf);
      const found = known.filter(isAsked);
      if (found.length > MOST_EVENTS)
        throw new DaoyuError('QUERY_TOO_LARGE', `more than ${MOST_EVENTS} events: ask for one site or a shorter time`);
      return { events: found };
    },
  );

  app.post(
    '/events',
    {
      config: {
        access: { right: 'operate', park: 'named' },
        audit: { what: 'event.record', asked: true },
        problems: [
          ...PROBLEMS,
          ...[
            'EVENT_INVALID',
            'RECORD_ID_REUSED',
            'RECORD_UNKNOWN',
            'RECORD_SUPERSEDED',
            'BUS_FULL',
            'BUS_UNAVAILABLE',
          ],
        ],
      },
      schema: {
        tags: ['events'],
        summary: 'Writes an event down, however long ago it happened; with `supersedes` it takes the place of another',
        body: NewEvent,
        response: { 201: EventAnswer },
      },
    },
    async (request, reply) => {
      const { body } = request;
      checkPlace(registrySeen(registry, request), body);
      const now = clock();
      const event = eventOf(body, actorOf(request, body.by), now);
      const kind = checkEvent(event, now);
      const added = await events.add(event);
      await markDisturbance(added, kind, now);
      return reply.code(201).send(added);
    },
  );

  app.get(
    '/seasons',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: [...PROBLEMS] },
      schema: {
        tags: ['events'],
        summary: 'Seasons of sites, from stocking or sowing to harvest',
        querystring: Exact({ park: Where.park, site: Where.site }),
        response: { 200: SeasonsAnswer },
      },
    },
    async (request) => {
      const { query } = request;
      checkPlace(registrySeen(registry, request), query);
      const sees = parksSeen(request);
      const isAsked = ({ park, site }: FarmEvent) =>
        sees(park) &&
        (query.park === undefined || park === query.park) &&
        (query.site === undefined || site === query.site);
      return { seasons: seasonsOf([...events.all()].filter(isAsked)) };
    },
  );

  /** While water is exchanged or a probe is out of the water, its values notify nobody. */
  async function markDisturbance(event: FarmEvent, { disturbsHours, label }: EventKind, now: number): Promise<void> {
    const until = (event.until ?? event.at) + (disturbsHours ?? 0) * HOUR;
    if (disturbsHours === undefined || event.isWithdrawn || until <= now) return;
    const { park, site, device, by } = event;
    await alarms.maintain({ park, site, ...(device && { device }), until, reason: label.zh }, by);
  }
};

function writtenBy(events: Iterable<FarmEvent>, asOf = Number.POSITIVE_INFINITY): FarmEvent[] {
  return [...events].filter(({ recordedAt }) => recordedAt <= asOf).sort(byTime);
}

function eventOf(body: Static<typeof NewEvent>, by: string, now: number): Omit<FarmEvent, 'recordedAt'> {
  const { id = randomUUID(), at, until, values = {}, ...rest } = body;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest;
  return {
    ...given,
    by,
    id,
    at: at === undefined ? now : parseTime('at', at, now),
    ...(until !== undefined && { until: parseTime('until', until, now) }),
    values,
  };
}
