/** Series: readings or windows of them over a time, as JSON or CSV. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { TIMEZONE } from '../../base/beijing-time.ts';
import { type CorrectedSeries, correctedReadings, correctedSeries } from '../../corrections/corrected-series.ts';
import type { Device, Registry } from '../../registry/registry.ts';
import { expectedEveryMs } from '../../sensors/expected.ts';
import type { Store } from '../../store/store.ts';
import { formatEvery, shortestMs } from '../../store/window.ts';
import { registrySeen } from '../authorize.ts';
import { type Coverage, coverageOf } from '../coverage.ts';
import { csvOfReadings, csvOfSeries } from '../csv.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { QueryGate } from '../query-gate.ts';
import { parseSeriesQuestion, type QuestionOptions, type SeriesQuestion } from '../series-question.ts';
import { SeriesAnswer, SeriesQuery } from '../series-schemas.ts';
import { sendPieces, sendStreamed } from '../streamed.ts';

export interface SeriesOptions extends QuestionOptions {
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly store: Pick<Store, 'series' | 'export'>;
  readonly limits: { readonly maxPoints: number };
}

interface Gates {
  readonly gate: QueryGate;
  /** Exports take long, so they have slots of their own. */
  readonly exports: QueryGate;
  /** Points that all answers hold together. */
  readonly memory: MemoryBudget;
}

/** A series; if of windows, with their coverage. */
type CoveredSeries = CorrectedSeries & {
  readonly intervalMs?: number;
  readonly values?: 'corrected' | 'raw';
} & Partial<Coverage>;

/** Points that need no limit of their own. */
const FEW_POINTS = 5000;
/** A client that takes longer is disconnected: the part of the answer it has not read occupies the memory of all. */
const SENT_WITHIN_MS = 120_000;

export const seriesRoutes: FastifyPluginAsyncTypebox<SeriesOptions & Gates> = async (
  app,
  { registry, store, limits, clock, gate, exports, memory, ...options },
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
      const seen = registrySeen(registry, request);
      const question = parseSeriesQuestion(request, seen, { ...options, clock });
      const { kind, byName, filter, from, to, every, quality, isCsv } = question;
      if (isCsv) setCsvHeaders(reply, question);
      if (isCsv && every === undefined) return sendStreamed(request, reply, exports, csvOf(store, question));
      const devices = seen.devices(filter).filter(({ id }) => filter.device === undefined || id === filter.device);
      const maxPoints = Math.min(limits.maxPoints, memory.capacity, pointsAtMost(question, devices.length));
      await holdMemory(reply, memory, maxPoints);
      const found = await gate.run(request, (signal) => readSeries(store, question, maxPoints, signal));
      const now = clock();
      const series = found.map((each) => withCoverage(each, question, devices, now));
      if (isCsv) return sendPieces(reply, csvOfSeries(series, byName, question.timeText));
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

const isExport = ({ query, method }: FastifyRequest) =>
  method === 'GET' && (query as Static<typeof SeriesQuery>).format === 'csv';

function setCsvHeaders(reply: FastifyReply, { kind, filter: { site, device } }: SeriesQuestion): void {
  const name = [kind.name, site, device].filter((part) => part !== undefined).join('-');
  void reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .header('x-timezone', TIMEZONE);
}

function csvOf(store: Pick<Store, 'export'>, question: SeriesQuestion): (signal: AbortSignal) => AsyncIterable<string> {
  const { filter, fields, byName, from, to, quality, corrections, timeText } = question;
  return (signal) =>
    csvOfReadings(
      correctedReadings(store, { ...filter, fields, from, to, quality, signal }, corrections),
      fields,
      byName,
      timeText,
    );
}

/** No limit for raw readings, whose number is unknown. Twice the windows and some, because a device that was removed has left windows too. */
function pointsAtMost({ every, from, to, aggregates, fields, values }: SeriesQuestion, devices: number): number {
  if (every === undefined) return Number.POSITIVE_INFINITY;
  const windows = (Math.ceil((to - from) / shortestMs(every)) + 1) * devices * aggregates.length;
  return (2 * windows * fields.length + FEW_POINTS) * (values === 'both' ? 2 : 1);
}

async function readSeries(
  store: Pick<Store, 'series' | 'export'>,
  { filter, fields, from, to, every, quality, aggregates, values, corrections }: SeriesQuestion,
  maxPoints: number,
  signal: AbortSignal,
): Promise<readonly CoveredSeries[]> {
  const query = { ...filter, fields, from, to, ...(every && { every }), quality, aggregates, signal };
  if (values !== 'both') return await correctedSeries(store, { ...query, maxPoints }, corrections);
  const half = { ...query, maxPoints: Math.floor(maxPoints / 2) };
  return [
    ...(await store.series(half)).map((series) => ({ ...series, values: 'raw' as const })),
    ...(await correctedSeries(store, half, corrections)).map((series) => ({ ...series, values: 'corrected' as const })),
  ];
}

function withCoverage(
  series: CoveredSeries,
  { kind, byName, every, from, to }: SeriesQuestion,
  devices: readonly Device[],
  now: number,
): CoveredSeries {
  if (every === undefined) return series;
  const device = devices.find(({ park, id }) => park === series.park && id === series.device);
  const intervalMs = expectedEveryMs(kind, byName.get(series.field), device?.intervalMs ?? kind.intervalMs);
  if (intervalMs === undefined) return series;
  return { ...series, intervalMs, ...coverageOf(series, { every, from, to, now, intervalMs }) };
}

/** Until the answer is sent or the client has disconnected. */
async function holdMemory({ raw }: FastifyReply, memory: MemoryBudget, points: number): Promise<void> {
  const release = await memory.take(points);
  const stalled = setTimeout(() => raw.destroy(), SENT_WITHIN_MS);
  const end = () => {
    clearTimeout(stalled);
    release();
  };
  // The client may have disconnected while its request waited.
  if (raw.destroyed) end();
  else raw.once('close', end);
}
