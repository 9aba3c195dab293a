/** Reports as JSON, HTML or PDF, and links to one for people without an account. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AlarmLog } from '../../alarms/alarm-log.ts';
import { createAnalysis } from '../../analysis/analysis.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { htmlOf } from '../../reports/html.ts';
import { parseReportToken, reportToken } from '../../reports/link.ts';
import { makeReport, type ReportAsked } from '../../reports/make.ts';
import { pdfOf } from '../../reports/pdf.ts';
import type { Report } from '../../reports/report.ts';
import { registrySeen } from '../authorize.ts';
import { both, entryPage } from '../entry-page.ts';
import { baseOf } from '../people-checks.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace } from '../query-names.ts';
import { NewReportLink, ReportAnswer, ReportLink, ReportQuery } from '../report-schemas.ts';
import { Exact } from '../schemas.ts';
import { parseTime } from '../time-range.ts';
import type { AnalysisRouteOptions } from './analysis.ts';
import type { LedgerOptions } from './ledger.ts';

export interface ReportRouteOptions extends AnalysisRouteOptions {
  readonly registry: AnalysisRouteOptions['registry'] & Pick<Registry, 'device'>;
  readonly alarmLog: AlarmLog;
  readonly ledger: LedgerOptions['ledger'];
  readonly version: string;
  /** Signs links. */
  readonly sessionSecret: string;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 7;

export const reportRoutes: FastifyPluginAsyncTypebox<ReportRouteOptions & { readonly gate: QueryGate }> = async (
  app,
  options,
) => {
  const { registry, clock, gate, sessionSecret } = options;
  const make = reportMaker(options);

  app.get(
    '/reports',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        problems: [
          ...['PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', 'TIME_INVALID', 'REPORT_IMPOSSIBLE', 'PDF_UNAVAILABLE'],
          ...['QUERY_TOO_LARGE', 'QUERIES_BUSY', 'QUERY_STOPPED', 'STORE_UNAVAILABLE'],
        ],
      },
      schema: {
        tags: ['reports'],
        summary: 'A daily sheet, weekly comparison, season report or cold-chain trip, as data, page or PDF',
        querystring: ReportQuery,
        response: {
          200: {
            description: 'the report; its numbers hold the range of the chart behind them',
            content: {
              'application/json': { schema: ReportAnswer },
              'text/html': { schema: Type.String() },
              'application/pdf': { schema: Type.String() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { at, from, to, lang = 'zh', format = 'json', ...given } = request.query;
      const seen = registrySeen(registry, request);
      const named = { ...given, park: given.park ?? onlyPark(seen) };
      checkPlace(seen, named);
      const time = (name: string, text: string | undefined) =>
        text === undefined ? undefined : parseTime(name, text, clock());
      const asked = { ...named, at: time('at', at), from: time('from', from), to: time('to', to) };
      const html = (report: Report) =>
        htmlOf(report, { language: lang, base: format === 'pdf' ? baseOf(request) : '' });
      // A browser costs as much as a query: it has the same slot.
      const work = async (signal: AbortSignal) => {
        const report = await make(asked, signal);
        return { report, ...(format === 'pdf' && { pdf: await pdfOf(html(report)) }) };
      };
      const { report, pdf } = await gate.run(request, work, { timeoutMs: REPORT_MS });
      // Members that are undefined are absent in JSON.
      if (format === 'json') return report as ReportAnswer;
      if (pdf === undefined) return reply.type('text/html; charset=utf-8').send(html(report));
      return reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename="${report.report}-${report.park}.pdf"`)
        .send(pdf as never); // Bytes: the schema of an answer knows texts.
    },
  );

  app.post(
    '/reports/links',
    {
      config: {
        access: { right: 'share', park: 'named' },
        audit: { what: 'share.make', asked: true },
        problems: ['SITE_UNKNOWN', 'DEVICE_UNKNOWN'],
      },
      schema: {
        tags: ['reports'],
        summary: 'A link that opens one report without signing in, until it ends',
        body: NewReportLink,
        response: { 201: ReportLink },
      },
    },
    async (request, reply) => {
      const { lang: language = 'zh', days = DEFAULT_DAYS, ...asked } = request.body;
      checkPlace(registry, asked);
      const expiresAt = clock() + days * DAY_MS;
      const token = reportToken(sessionSecret, { asked, language }, expiresAt);
      return reply.code(201).send({ link: `${baseOf(request)}/r/${token}`, expiresAt });
    },
  );
};

function onlyPark({ parks }: Pick<Registry, 'parks'>): string {
  const [only, ...others] = parks().map(({ id }) => id);
  if (only !== undefined && others.length === 0) return only;
  throw new DaoyuError('REQUEST_INVALID', `name a park: park= one of ${[only, ...others].join(', ')}`);
}

/** Dozens of devices, each read twice. */
const REPORT_MS = 120_000;

/** Outside `/api`: the page that such a link opens. */
export const linkedReportRoutes: FastifyPluginAsyncTypebox<ReportRouteOptions & { readonly gate: QueryGate }> = async (
  app,
  options,
) => {
  const { clock, gate, sessionSecret } = options;
  const make = reportMaker(options);
  app.get(
    '/r/*',
    {
      config: { access: 'anyone' },
      schema: { hide: true, params: Exact({ '*': Type.String({ maxLength: 2000 }) }) },
    },
    async (request, reply) => {
      const linked = parseReportToken(sessionSecret, request.params['*'], clock());
      void reply.header('cache-control', 'no-store');
      if (linked === undefined) return reply.code(410).type('text/html; charset=utf-8').send(GONE);
      const report = await gate.run(request, (signal) => make(linked.asked, signal), { timeoutMs: REPORT_MS });
      return reply.type('text/html; charset=utf-8').send(htmlOf(report, { language: linked.language, base: '' }));
    },
  );
};

const GONE = entryPage({
  title: '链接已失效 Link void · 稻渔 daoyu',
  body: `<div class="card">${both('这个链接已过期。', 'This link has expired.')}</div>`,
});

export function reportMaker(
  options: ReportRouteOptions,
): (asked: ReportAsked, signal?: AbortSignal) => Promise<Report> {
  const { ledger, ...rest } = options;
  const context = {
    ...rest,
    analysis: createAnalysis(options),
    ledger: async () => (await ledger.account()).rows,
  };
  return (asked, signal) => makeReport({ ...context, signal }, asked);
}
