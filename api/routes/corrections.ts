/** Corrections of readings: record with author, reason and evidence, supersede, list as known now or on a given day. */
import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import {
  ALL_FIELDS,
  type Correction,
  type Method as CorrectionMethod,
  checkCorrection,
  correctionsKnown,
} from '../../corrections/correction.ts';
import { touches } from '../../journal/record.ts';
import type { RecordBook } from '../../journal/record-book.ts';
import type { Device, Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { actorOf } from '../actor.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import { CorrectionAnswer, CorrectionsAnswer, type Method, NewCorrection } from '../correction-schemas.ts';
import { checkPlace } from '../query-names.ts';
import { Exact, OneOf, Text, Where } from '../schemas.ts';
import { parseTime } from '../time-range.ts';

export interface CorrectionOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'device'>;
  readonly corrections: Pick<RecordBook<Correction>, 'add' | 'all'>;
  readonly clock: () => number;
}

const LONG_AGO = 0;

export const correctionRoutes: FastifyPluginAsyncTypebox<CorrectionOptions> = async (
  app,
  { kinds, registry, corrections, clock },
) => {
  app.get(
    '/corrections',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        problems: ['PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', 'TIME_INVALID'],
      },
      schema: {
        tags: ['corrections'],
        summary: 'Corrections that touch a time, in the order in which they are applied',
        querystring: Exact({
          ...Where,
          field: Type.Optional(Text('name of a field', 64)),
          from: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative; absent: all', 40)),
          to: Type.Optional(Text('the same, exclusive; default now', 40)),
          as_of: Type.Optional(Text('what was written down by then; absent: by now', 40)),
          superseded: Type.Optional({
            ...OneOf(['true']),
            description: 'with those that were superseded or withdrawn',
          }),
        }),
        response: { 200: CorrectionsAnswer },
      },
    },
    async (request) => {
      const { query } = request;
      checkPlace(registrySeen(registry, request), query);
      const sees = parksSeen(request);
      const now = clock();
      const from = query.from === undefined ? LONG_AGO : parseTime('from', query.from, now);
      const to = parseTime('to', query.to ?? 'now', now);
      const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, now);
      const all = [...corrections.all()];
      const known =
        query.superseded === 'true'
          ? all.filter(({ recordedAt }) => asOf === undefined || recordedAt <= asOf)
          : correctionsKnown(all, asOf);
      const isAsked = (each: Correction) =>
        sees(each.park) &&
        (query.park === undefined || each.park === query.park) &&
        (query.site === undefined || each.site === query.site) &&
        (query.device === undefined || each.device === query.device) &&
        (query.field === undefined || each.field === query.field) &&
        touches(each, from, to);
      return { corrections: known.filter(isAsked) };
    },
  );

  app.post(
    '/corrections',
    {
      config: {
        access: { right: 'agronomy', park: 'named' },
        audit: { what: 'correction.record', asked: true },
        problems: [
          ...['DEVICE_UNKNOWN', 'FIELD_UNKNOWN', 'TIME_INVALID', 'CORRECTION_INVALID', 'PARK_UNKNOWN'],
          ...['RECORD_ID_REUSED', 'RECORD_UNKNOWN', 'RECORD_SUPERSEDED', 'BUS_FULL', 'BUS_UNAVAILABLE'],
        ],
      },
      schema: {
        tags: ['corrections'],
        summary:
          'Corrects a field of a device over a time; raw readings stay. With `supersedes` it takes the place of another, with `isWithdrawn` by nothing',
        body: NewCorrection,
        response: { 201: CorrectionAnswer },
      },
    },
    async (request, reply) => {
      const { from, to, by, id = randomUUID(), ...body } = request.body;
      checkPlace(registrySeen(registry, request), { park: body.park, device: body.device });
      const device = registry.device(body.park, body.device);
      const isAll = body.field === ALL_FIELDS;
      const field = device && kinds.get(device.kind)?.fields.find(({ name }) => name === body.field);
      if (device === undefined)
        throw new DaoyuError('DEVICE_UNKNOWN', `park ${body.park} has no device ${body.device}`);
      if (field === undefined && !isAll)
        throw new DaoyuError(
          'FIELD_UNKNOWN',
          `${device.kind} has no field "${body.field}"; GET /api/v1/kinds names them`,
        );
      const now = clock();
      const span = { at: parseTime('from', from, now), until: parseTime('to', to, now) };
      const method = placed(body.method, device);
      checkCorrection({ ...span, device: device.id, method }, field);
      const added = await corrections.add({
        ...body,
        ...span,
        method,
        id,
        site: device.site,
        by: actorOf(request, by),
      });
      return reply.code(201).send(added);
    },
  );

  /** With the site of the device that it was taken for. */
  function placed(
    method: Static<typeof Method>,
    { park, id, kind }: Pick<Device, 'park' | 'id' | 'kind'>,
  ): CorrectionMethod {
    if (method.is !== 'swap') return method;
    const other = registry.device(park, method.with);
    if (other === undefined) throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${method.with}`);
    if (other.kind !== kind)
      throw new DaoyuError(
        'CORRECTION_INVALID',
        `${other.id} is a ${other.kind} and ${id} a ${kind}: only devices of one kind are taken for one another`,
      );
    return { ...method, withSite: other.site };
  }
};
