/** Latest values and series: what was measured. */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { deviceHealth } from '../../registry/device-health.ts';
import type { Kind } from '../../sensors/kind.ts';
import { AGGREGATES, type Aggregate, type Every } from '../../store/store.ts';
import { coarserEvery, formatEvery, parseEvery, TIMEZONE } from '../../store/window.ts';
import type { ApiOptions } from '../api.ts';
import { csvOfReadings, csvOfSeries } from '../csv.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { OneOf, Rows, Text, Where } from '../schemas.ts';
import { sendStreamed } from '../streamed.ts';
import { parseRange } from '../time-range.ts';

type Options = Pick<ApiOptions, 'kinds' | 'registry' | 'store' | 'limits' | 'clock'> & {
  readonly gate: QueryGate;
  /** Exports run long; they have places of their own. */
  readonly exports: QueryGate;
};

/** Windows of `every=auto`: about one a pixel of a chart. */
const AUTO_WINDOWS = 1000;

const SeriesQuery = Type.Object(
  {
    kind: Text('name of a sensor kind', 64),
    ...Where,
    fields: Type.Optional(Text('comma-separated field names; default: the primary ones of the kind', 2000)),
    from: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative (-24h); default -24h', 40)),
    to: Type.Optional(Text('the same, exclusive; default now', 40)),
    every: Type.Optional(
      Text('window: 10s, 5m, 1h, 1d, 1w, 1mo, on Asia/Shanghai boundaries; `auto`; absent: raw readings', 10),
    ),
    agg: Type.Optional(Text(`comma-separated of ${AGGREGATES.join(', ')}; default mean`, 100)),
    format: Type.Optional(OneOf(['json', 'csv'])),
  },
  { additionalProperties: false },
);

export const readingRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { kinds, registry, store, limits, clock, gate, exports },
) => {
  app.get(
    '/latest',
    {
      schema: {
        tags: ['readings'],
        summary: "Every device's newest values by measured time, with age, state and why",
        querystring: Type.Object(
          { ...Where, kind: Type.Optional(Text('name of a sensor kind', 64)) },
          { additionalProperties: false },
        ),
        response: {
          200: Rows(
            'latest',
            '{park, site, device, kind, time, receivedAt, ageMs, state, reasons, values, flags, olderFields?, attributes?}; time is null for a device that never sent',
          ),
        },
      },
    },
    async (request) => {
      const { query } = request;
      if (query.kind !== undefined) kindNamed(kinds, query.kind);
      checkPlace(registry, query);
      const now = clock();
      const found = new Map(
        (await gate.run(request, () => store.latest(query))).map((each) => [
          `${each.park}/${each.device}/${each.kind}`,
          each,
        ]),
      );
      const devices = registry
        .devices(query)
        .filter((device) => query.device === undefined || device.id === query.device);
      const latest = devices.flatMap((device) => {
        const kind = kinds.get(device.kind);
        if (kind === undefined) return [];
        const reading = found.get(`${device.park}/${device.id}/${device.kind}`);
        const site = registry.site(device.park, device.site);
        const profiles = registry.profiles();
        const { state, reasons, ageMs = null } = deviceHealth({ device, kind, site, profiles, latest: reading, now });
        return [
          {
            park: device.park,
            site: device.site,
            device: device.id,
            kind: device.kind,
            time: reading?.time ?? null,
            receivedAt: reading?.receivedAt ?? null,
            ageMs,
            state,
            reasons,
            values: reading?.values ?? {},
            flags: reading?.flags ?? {},
            ...(reading?.olderFields && { olderFields: reading.olderFields }),
            ...(reading?.attributes && { attributes: reading.attributes }),
          },
        ];
      });
      return { latest };
    },
  );

  app.get(
    '/series',
    {
      schema: {
        tags: ['readings'],
        summary: 'Readings or windows of them over a time, as JSON or CSV',
        querystring: SeriesQuery,
        response: { 200: Type.Any() },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const kind = kindNamed(kinds, query.kind);
      checkPlace(registry, query);
      const fields = fieldsOf(kind, query.fields);
      const { from, to } = parseRange(query.from ?? '-24h', query.to ?? 'now', clock());
      const every = everyOf(query.every, to - from);
      const aggregates = aggregatesOf(query.agg ?? 'mean');
      const { park, site, device } = query;
      const filter = { kind: kind.name, ...(park && { park }), ...(site && { site }), ...(device && { device }) };
      const byName = new Map(kind.fields.map((field) => [field.name, field]));
      const isCsv = query.format === 'csv';
      if (isCsv) {
        const name = [kind.name, site, device].filter((part) => part !== undefined).join('-');
        void reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${name}.csv"`)
          .header('x-timezone', TIMEZONE);
        if (every === undefined) {
          return sendStreamed(request, reply, exports, (signal) =>
            csvOfReadings(store.export({ ...filter, fields, from, to, signal }), fields, byName),
          );
        }
      }
      const series = await gate.run(request, (signal) =>
        store.series({
          ...filter,
          fields,
          from,
          to,
          ...(every && { every }),
          aggregates,
          maxPoints: limits.maxPoints,
          signal,
        }),
      );
      if (isCsv) return reply.send(Readable.from(csvOfSeries(series, byName)));
      return {
        kind: kind.name,
        every: every === undefined ? null : formatEvery(every),
        timezone: TIMEZONE,
        from,
        to,
        series: series.map((each) => ({ ...each, unit: byName.get(each.field)?.unit ?? '1' })),
      };
    },
  );
};

function fieldsOf(kind: Kind, text: string | undefined): readonly string[] {
  const names =
    text === undefined || text === '' ? kind.primary : [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = names.filter((name) => !kind.fields.some((field) => field.name === name));
  if (unknown.length === 0) return names;
  throw new DaoyuError(
    'FIELD_UNKNOWN',
    `${kind.name} has no field "${unknown.join(', ')}"; it has ${kind.fields.map((field) => field.name).join(', ')}`,
  );
}

function everyOf(text: string | undefined, rangeMs: number): Every | undefined {
  if (text === undefined || text === '') return undefined;
  return parseEvery(text === 'auto' ? coarserEvery(rangeMs, AUTO_WINDOWS) : text);
}

function aggregatesOf(text: string): readonly Aggregate[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = names.filter((name) => !(AGGREGATES as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new DaoyuError('AGGREGATE_UNKNOWN', `agg "${unknown.join(', ')}" must be of ${AGGREGATES.join(', ')}`);
  return names as Aggregate[];
}
