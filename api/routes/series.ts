/** Series: readings or windows of them over a time, as JSON or CSV. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { TIMEZONE } from '../../base/beijing-time.ts';
import { DaoyuError } from '../../base/errors.ts';
import { type CorrectedSeries, correctedReadings, correctedSeries } from '../../corrections/corrected-series.ts';
import { type Correction, correctionsKnown } from '../../corrections/correction.ts';
import type { RecordBook } from '../../journal/record-book.ts';
import type { Registry } from '../../registry/registry.ts';
import { FLAGS } from '../../sensors/flag.ts';
import type { Kind } from '../../sensors/kind.ts';
import {
  AGGREGATES,
  type Aggregate,
  type DoubtedWindow,
  type Every,
  type Point,
  QUALITIES,
  type Store,
} from '../../store/store.ts';
import { coarserEvery, formatEvery, parseEvery, shortestMs } from '../../store/window.ts';
import { registrySeen, seesAll } from '../authorize.ts';
import { type Coverage, coverageOf, expectedEveryMs } from '../coverage.ts';
import { csvOfReadings, csvOfSeries } from '../csv.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace, kindNamed } from '../query-names.ts';
import { Exact, List, Maybe, OneOf, Slug, Text, Time, Where } from '../schemas.ts';
import { sendPieces, sendStreamed } from '../streamed.ts';
import { parseRange, parseTime } from '../time-range.ts';

export interface SeriesOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly store: Pick<Store, 'series' | 'export'>;
  readonly corrections: Pick<RecordBook<Correction>, 'all'>;
  readonly limits: { readonly maxPoints: number };
  readonly clock: () => number;
}

interface Gates {
  readonly gate: QueryGate;
  /** Exports run long; they have places of their own. */
  readonly exports: QueryGate;
  /** Points that all answers hold together. */
  readonly memory: MemoryBudget;
}

/** Windows of `every=auto`: about one a pixel of a chart. */
const AUTO_WINDOWS = 1000;

/** Not worth a bound of its own. */
const FEW_POINTS = 5000;
/** A client that takes longer is ended: what it does not read fills the memory of all. */
const SENT_WITHIN_MS = 120_000;

const VALUES = ['corrected', 'raw', 'both'] as const;

const SeriesQuery = Exact({
  kind: Text('name of a sensor kind', 64),
  ...Where,
  fields: Type.Optional(Text('comma-separated field names; default: the primary ones of the kind', 2000)),
  from: Type.Optional(Text('RFC 3339 with offset, epoch ms, or relative (-24h); default -24h', 40)),
  to: Type.Optional(Text('the same, exclusive; default now', 40)),
  every: Type.Optional(
    Text('window: 10s, 5m, 1h, 1d, 1w, 1mo, on Asia/Shanghai boundaries; `auto`; absent: raw readings', 10),
  ),
  agg: Type.Optional(Text(`comma-separated of ${AGGREGATES.join(', ')}; default mean`, 100)),
  quality: Type.Optional(
    OneOf(QUALITIES, {
      description:
        'good: without values that carry a doubt (spike, stuck, clock); default: good for windows, all for raw readings',
    }),
  ),
  values: Type.Optional(OneOf(VALUES, { description: 'as corrected (default), as they came, or a series of each' })),
  as_of: Type.Optional(
    Text('corrections that were written down by then: RFC 3339 with offset, epoch ms, or relative; absent: by now', 40),
  ),
  format: Type.Optional(OneOf(['json', 'csv'])),
});

const FlagsAnswer = { type: 'array', items: { type: 'string', enum: Object.keys(FLAGS) } };

/** Written out, because JSON Schema 2020-12 has `prefixItems` for a tuple. */
const PointAnswer = Type.Unsafe<Point>({
  type: 'array',
  prefixItems: [
    { type: 'integer', description: 'epoch ms; of a window its start' },
    { type: 'number' },
    { ...FlagsAnswer, description: 'flags met' },
  ],
  minItems: 2,
  maxItems: 3,
});

const DoubtedAnswer = Type.Unsafe<DoubtedWindow>({
  type: 'array',
  prefixItems: [
    { type: 'integer', description: 'start of the window, epoch ms' },
    { type: 'integer', description: 'how many values were left out' },
    { ...FlagsAnswer, description: 'flags met' },
  ],
  minItems: 3,
  maxItems: 3,
});

export const SeriesAnswer = Exact({
  kind: Type.String(),
  quality: OneOf(QUALITIES),
  every: Maybe(Type.String({ description: 'the window; null: raw readings' })),
  timezone: Type.Literal(TIMEZONE),
  from: Time('inclusive'),
  to: Time('exclusive'),
  series: List(
    Exact({
      park: Slug,
      site: Slug,
      device: Slug,
      field: Type.String(),
      aggregate: OneOf([...AGGREGATES, 'raw']),
      unit: Type.String({ description: 'UCUM' }),
      points: List(PointAnswer, { description: 'in order of time' }),
      intervalMs: Type.Optional(Type.Integer({ description: 'of windows: how often a value is expected, ms' })),
      used: Type.Optional(List(Type.Integer(), { description: 'of windows, beside each point: values it is made of' })),
      excluded: Type.Optional(
        List(Type.Integer(), { description: 'of windows, beside each point: doubted values that were left out' }),
      ),
      coverage: Type.Optional(
        List(Type.Number(), {
          description:
            'of windows, beside each point, 0 to 1: values used of those expected; absent where none are expected',
        }),
      ),
      incomplete: Type.Optional(
        List(Type.Integer(), { description: 'starts of windows covered by less than 90 %, epoch ms' }),
      ),
      values: Type.Optional(OneOf(['corrected', 'raw'], { description: 'where both were asked for' })),
      corrections: Type.Optional(List(Type.String(), { description: 'ids of the corrections that touch it' })),
      uncorrected: Type.Optional(
        List(Type.Integer(), {
          description: 'starts of windows that a correction touches, but whose raw readings are no longer kept',
        }),
      ),
      doubted: Type.Optional(
        List(DoubtedAnswer, { description: 'windows that have no point because every value in them is doubted' }),
      ),
    }),
  ),
});
export type SeriesAnswer = Static<typeof SeriesAnswer>;

export const seriesRoutes: FastifyPluginAsyncTypebox<SeriesOptions & Gates> = async (
  app,
  { kinds, registry, store, corrections, limits, clock, gate, exports, memory },
) => {
  app.get(
    '/series',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        audit: { what: 'series.export', when: isExport, of: ({ query }) => query as object },
        problems: [
          'KIND_UNKNOWN',
          'PARK_UNKNOWN',
          'SITE_UNKNOWN',
          'DEVICE_UNKNOWN',
          'FIELD_UNKNOWN',
          'AGGREGATE_UNKNOWN',
          'EVERY_INVALID',
          'TIME_INVALID',
          'QUERY_TOO_LARGE',
          'QUERIES_BUSY',
          'QUERY_STOPPED',
          'STORE_UNAVAILABLE',
        ],
      },
      schema: {
        tags: ['readings'],
        summary: 'Readings or windows of them over a time, as JSON or CSV',
        querystring: SeriesQuery,
        response: {
          200: {
            description: 'as JSON, or as CSV (RFC 4180) where format=csv',
            content: {
              'application/json': { schema: SeriesAnswer },
              'text/csv': { schema: Type.String({ description: 'Beijing times; units in the header' }) },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const kind = kindNamed(kinds, query.kind);
      const seen = registrySeen(registry, request);
      checkPlace(seen, query);
      const park = parkOf(query.park, request, seen);
      const fields = fieldsOf(kind, query.fields);
      const { from, to } = parseRange(query.from ?? '-24h', query.to ?? 'now', clock());
      const every = everyOf(query.every, to - from);
      const aggregates = aggregatesOf(query.agg ?? 'mean');
      const { site, device } = query;
      const filter = { kind: kind.name, ...(park && { park }), ...(site && { site }), ...(device && { device }) };
      const byName = new Map(kind.fields.map((field) => [field.name, field]));
      const isCsv = query.format === 'csv';
      const values = query.values ?? 'corrected';
      const asOf = query.as_of === undefined ? undefined : parseTime('as_of', query.as_of, clock());
      const known = values === 'raw' ? [] : correctionsKnown(corrections.all(), asOf);
      if (isCsv && values === 'both')
        throw new DaoyuError(
          'REQUEST_INVALID',
          'values=both is for JSON: ask for CSV once with raw, once with corrected',
        );
      const quality = query.quality ?? (every === undefined ? 'all' : 'good');
      if (isCsv) {
        const name = [kind.name, site, device].filter((part) => part !== undefined).join('-');
        void reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${name}.csv"`)
          .header('x-timezone', TIMEZONE);
        if (every === undefined) {
          return sendStreamed(request, reply, exports, (signal) =>
            csvOfReadings(
              correctedReadings(store, { ...filter, fields, from, to, quality, signal }, known),
              fields,
              byName,
            ),
          );
        }
      }
      const devices = seen.devices(filter).filter(({ id }) => device === undefined || id === device);
      const windows =
        every === undefined
          ? undefined
          : (Math.ceil((to - from) / shortestMs(every)) + 1) * devices.length * aggregates.length;
      const isBoth = values === 'both';
      const most = pointsAtMost(windows, fields.length) * (isBoth ? 2 : 1);
      const maxPoints = Math.min(limits.maxPoints, memory.capacity, most);
      await holdMemory(reply, memory, maxPoints);
      const found = await gate.run(request, async (signal) => {
        const asked = { ...filter, fields, from, to, ...(every && { every }), quality, aggregates, signal };
        if (!isBoth) return await correctedSeries(store, { ...asked, maxPoints }, known);
        const each = { ...asked, maxPoints: Math.floor(maxPoints / 2) };
        return [
          ...(await store.series(each)).map((series) => ({ ...series, values: 'raw' as const })),
          ...(await correctedSeries(store, each, known)).map((series) => ({ ...series, values: 'corrected' as const })),
        ];
      });
      const now = clock();
      const series = found.map((each): CoveredSeries => {
        if (every === undefined) return each;
        const registered = devices.find(({ park, id }) => park === each.park && id === each.device);
        const interval = registered?.intervalMs ?? kind.intervalMs;
        const intervalMs = expectedEveryMs(kind, byName.get(each.field), interval);
        if (intervalMs === undefined) return each;
        return { ...each, intervalMs, ...coverageOf(each, { every, from, to, now, intervalMs }) };
      });
      if (isCsv) return sendPieces(reply, csvOfSeries(series, byName));
      const answer: SeriesAnswer = {
        kind: kind.name,
        quality,
        every: every === undefined ? null : formatEvery(every),
        timezone: TIMEZONE,
        from,
        to,
        series: series.map((each) => ({ ...each, unit: byName.get(each.field)?.unit ?? '1' })),
      };
      return answer;
    },
  );
};

/** Of windows with what covers them. */
export type CoveredSeries = CorrectedSeries & {
  readonly intervalMs?: number;
  readonly values?: 'corrected' | 'raw';
} & Partial<Coverage>;

const isExport = ({ query, method }: FastifyRequest) =>
  method === 'GET' && (query as Static<typeof SeriesQuery>).format === 'csv';

/** Whoever does not see all parks asks for one of theirs; if there is but one, that is meant. */
function parkOf(given: string | undefined, request: FastifyRequest, seen: Pick<Registry, 'parks'>): string | undefined {
  if (given !== undefined || seesAll(request)) return given;
  const own = seen.parks().map(({ id }) => id);
  const [only] = own;
  if (own.length === 1) return only;
  throw new DaoyuError('REQUEST_INVALID', `say which park is meant: park= one of ${own.join(', ')}`);
}

/** Of raw readings nobody knows how many there are. Twice and some more, because a device that was removed has left windows, too. */
function pointsAtMost(windows: number | undefined, fields: number): number {
  return windows === undefined ? Number.POSITIVE_INFINITY : 2 * windows * fields + FEW_POINTS;
}

/** Until the answer is sent or its client has gone. */
async function holdMemory({ raw }: FastifyReply, memory: MemoryBudget, points: number): Promise<void> {
  const release = await memory.take(points);
  const stalled = setTimeout(() => raw.destroy(), SENT_WITHIN_MS);
  const end = () => {
    clearTimeout(stalled);
    release();
  };
  // It may have left while it waited.
  if (raw.destroyed) end();
  else raw.once('close', end);
}

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
