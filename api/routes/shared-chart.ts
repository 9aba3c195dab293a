/** The page of a share link: one chart, drawn on the server, and its values as CSV. The link opens nothing else. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { dateTimeOf, timestampOf } from '../../base/beijing-time.ts';
import { escapeHtml } from '../../base/escape-html.ts';
import type { People } from '../../people/people.ts';
import type { Share } from '../../people/shares.ts';
import type { Registry } from '../../registry/registry.ts';
import { chartSvg } from '../../reports/chart-svg.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Series, Store } from '../../store/store.ts';
import { coarserEvery, parseEvery, shortestMs } from '../../store/window.ts';
import { csvOfSeries } from '../csv.ts';
import { both, entryPage } from '../entry-page.ts';
import type { QueryGate } from '../query-gate.ts';
import { sendPieces } from '../streamed.ts';

export interface SharedChartOptions {
  readonly people: Pick<People, 'shares'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly registry: Pick<Registry, 'site'>;
  readonly store: Pick<Store, 'series'>;
  readonly gate: QueryGate;
  readonly clock: () => number;
}

const WINDOWS = 400;
const MAX_POINTS = 20_000;
/** Devices report at their own interval: this many windows without a value are a gap. */
const GAP_WINDOWS = 3;
const Code = Type.Object({ code: Type.String({ maxLength: 100 }) });
const STYLE =
  'body{max-width:50rem}svg{width:100%;height:auto;font-size:11px;fill:var(--soft)}.grid{stroke:var(--line);stroke-opacity:.35}.curve{fill:none;stroke-width:1.8;stroke-linecap:round;stroke:var(--accent)}.c1{stroke:#b3541e}.c2{stroke:#6a51a3}.c3{stroke:#37752b}';

export const sharedChartRoutes: FastifyPluginAsyncTypebox<SharedChartOptions> = async (app, options) => {
  const { people, kinds, registry, store, gate, clock } = options;

  async function load(request: FastifyRequest, { chart }: Share) {
    const kind = kinds.get(chart.kind);
    const now = clock();
    const { from, to } = 'lastMs' in chart.span ? { from: now - chart.span.lastMs, to: now } : chart.span;
    const every = parseEvery(coarserEvery(to - from, WINDOWS));
    const { park, site, fields } = chart;
    const query = { kind: chart.kind, park, site, fields, from, to, every, aggregates: ['mean' as const] };
    const series = await gate.run(request, (signal) => store.series({ ...query, maxPoints: MAX_POINTS, signal }));
    return { kind, series, from, to, gapMs: GAP_WINDOWS * shortestMs(every) };
  }

  app.get(
    '/s/:code',
    { config: { access: 'anyone' }, schema: { hide: true, params: Code } },
    async (request, reply) => {
      const share = people.shares.look(request.params.code);
      void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
      if (share === undefined) return reply.code(410).send(GONE);
      const loaded = await load(request, share);
      const label = registry.site(share.chart.park, share.chart.site)?.label;
      return reply.send(pageOf(share, loaded, label, request.params.code));
    },
  );

  app.get(
    '/s/:code/data.csv',
    { config: { access: 'anyone' }, schema: { hide: true, params: Code } },
    async (request, reply) => {
      const share = people.shares.look(request.params.code);
      if (share === undefined) return reply.code(410).type('text/html; charset=utf-8').send(GONE);
      const { kind, series } = await load(request, share);
      void reply
        .type('text/csv; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${share.chart.site}.csv"`);
      return sendPieces(reply, csvOfSeries(series, new Map(kind?.fields.map((field) => [field.name, field]))));
    },
  );
};

const GONE = entryPage({
  title: '链接已失效 Link void · 稻渔 daoyu',
  body: `<div class="card">${both('这个分享已收回或已过期。', 'This share has been revoked or has expired.')}</div>`,
});

interface Loaded {
  readonly kind: Kind | undefined;
  readonly series: readonly Series[];
  readonly from: number;
  readonly to: number;
  readonly gapMs: number;
}

function pageOf(
  { title, chart, createdBy, expiresAt }: Share,
  { kind, series, from, to, gapMs }: Loaded,
  site: { readonly zh: string; readonly en: string } | undefined,
  code: string,
): string {
  const panels = chart.fields.map((name) => {
    const field = kind?.fields.find((each) => each.name === name);
    const curves = series.filter((each) => each.field === name).map(({ device, points }) => ({ name: device, points }));
    const label = field === undefined ? name : `${field.label.zh} ${field.label.en}`;
    const { symbol = '', decimals = 2 } = field ?? {};
    const svg = chartSvg({ label, symbol, decimals, from, to, curves, gapMs });
    return `<section class="card"><h2>${escapeHtml(label)} <small>${escapeHtml(symbol)}</small></h2>${svg || both('这段时间没有数据', 'nothing was measured in this time')}</section>`;
  });
  const place = `${escapeHtml(site?.zh ?? chart.site)} <span lang="en">${escapeHtml(site?.en ?? '')}</span>`;
  const body = `<p><b>${escapeHtml(title)}</b> · ${place}</p>
<p class="soft">${timestampOf(from).slice(0, 16)} – ${timestampOf(to).slice(0, 16)} 北京时间 Beijing time · ${escapeHtml(createdBy)} · 有效至 until ${dateTimeOf(expiresAt)}</p>
${panels.join('\n')}<p><a href="/s/${encodeURIComponent(code)}/data.csv">下载 CSV download</a></p>`;
  return entryPage({ title: `${escapeHtml(title)} · 稻渔 daoyu`, body, style: STYLE });
}
