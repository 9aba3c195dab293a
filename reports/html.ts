/** A report as one HTML file in one language: for the screen, for paper (A4), for mail. Without scripts. */
import { timestampOf } from '../base/beijing-time.ts';
import { escapeHtml } from '../base/escape-html.ts';
import { formatNumber, type Language, withSymbol } from '../sensors/format.ts';
import type { Label } from '../sensors/label.ts';
import { chartSvg } from './chart-svg.ts';
import {
  type Cell,
  type ChartLink,
  type Fact,
  REPORTS,
  type Report,
  type ReportChart,
  type Section,
  type Table,
} from './report.ts';

export interface HtmlOptions {
  readonly language: Language;
  /** Of the platform, without a slash at the end; empty: links stay on the same host. */
  readonly base: string;
}

const WORDS = {
  product: { zh: '稻渔 daoyu', en: 'daoyu 稻渔' },
  period: { zh: '时段', en: 'Period' },
  beijing: { zh: '北京时间', en: 'Beijing time' },
  made: { zh: '生成于', en: 'Made' },
  nothing: { zh: '无', en: 'none' },
  incomplete: { zh: '覆盖不足九成', en: 'less than 90 % covered' },
} as const;

export function titleOf({ report, subject, from, to }: Report, language: Language): string {
  return `${REPORTS[report][language]} · ${subject[language]} · ${periodOf(from, to)}`;
}

/** Whole days without their hours: `2026-11-27`, `2026-11-16 – 2026-11-22`. */
export function periodOf(from: number, to: number): string {
  const [begin, end] = [timestampOf(from), timestampOf(to)];
  if (!begin.endsWith('00:00:00') || !end.endsWith('00:00:00')) return `${begin.slice(0, 16)} – ${end.slice(0, 16)}`;
  const [first, last] = [begin.slice(0, 10), timestampOf(to - 1).slice(0, 10)];
  return first === last ? first : `${first} – ${last}`;
}

export function htmlOf(report: Report, options: HtmlOptions): string {
  const { language } = options;
  const word = (label: Label) => label[language];
  const title = escapeHtml(titleOf(report, language));
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><header><h1>${escapeHtml(REPORTS[report.report][language])} <small>${escapeHtml(word(report.subject))}</small></h1>
<p><b>${word(WORDS.period)} ${periodOf(report.from, report.to)}</b> ${word(WORDS.beijing)} · ${word(WORDS.made)} ${timestampOf(report.madeAt).slice(0, 16)} · ${word(WORDS.product)} ${escapeHtml(report.version)}</p></header>
${report.sections.map((section) => sectionOf(section, options)).join('\n')}
</body></html>`;
}

function sectionOf({ name, title, facts, table, charts = [], note }: Section, options: HtmlOptions): string {
  const { language } = options;
  return `<section data-section="${escapeHtml(name)}"><h2>${escapeHtml(title[language])}</h2>
${facts === undefined ? '' : factsOf(facts, options)}${charts.map((chart) => chartOf(chart, language)).join('')}${table === undefined ? '' : tableOf(table, options)}${note === undefined ? '' : `<p class="note">${escapeHtml(note[language])}</p>`}</section>`;
}

function factsOf(facts: readonly Fact[], options: HtmlOptions): string {
  const rows = facts.map(
    ({ name, label, cell }) =>
      `<div data-fact="${escapeHtml(name)}"><dt>${escapeHtml(label[options.language])}</dt><dd>${cellOf(cell, options)}</dd></div>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}

function tableOf({ columns, rows }: Table, options: HtmlOptions): string {
  const { language } = options;
  if (rows.length === 0) return `<p>${WORDS.nothing[language]}</p>`;
  const head = columns.map(({ label }) => `<th scope="col">${escapeHtml(label[language])}</th>`);
  const body = rows.map(
    (row) =>
      `<tr>${columns.map(({ name }) => `<td class="${kindOf(row[name])}">${cellOf(row[name] ?? {}, options)}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

const kindOf = (cell: Cell | undefined) =>
  [cell?.text === undefined && cell?.time === undefined ? 'number' : 'text', cell?.state ?? ''].join(' ').trim();

function cellOf(cell: Cell, { language, base }: HtmlOptions): string {
  const text = escapeHtml(textOf(cell, language));
  const shown = cell.state === undefined ? text : `<b class="${cell.state}">${text}</b>`;
  const marked = cell.isIncomplete ? `${shown}<abbr title="${WORDS.incomplete[language]}">*</abbr>` : shown;
  return cell.link === undefined ? marked : `<a href="${base}/${addressOf(cell.link, language)}">${marked}</a>`;
}

export function textOf({ text, value, unit = '', decimals = 2, time }: Cell, language: Language): string {
  if (text !== undefined) return text[language];
  if (time !== undefined) return timestampOf(time).slice(5, 16);
  return value === undefined ? '–' : withSymbol({ symbol: unit }, formatNumber(value, decimals));
}

/** The address of the page's view, as `dashboards/page/feed/route.ts` reads it. */
function addressOf({ park, site, from, to }: ChartLink, language: Language): string {
  const query = `from=${Math.round(from)}&amp;to=${Math.round(to)}&amp;range=24h&amp;lang=${language}`;
  return `#/site/${encodeURIComponent(park)}/${encodeURIComponent(site)}?${query}`;
}

function chartOf({ label, ...chart }: ReportChart, language: Language): string {
  const svg = chartSvg({ ...chart, label: label[language] });
  if (svg === '') return '';
  return `<figure><figcaption>${escapeHtml(label[language])} <small>${escapeHtml(chart.symbol)}</small></figcaption>${svg}</figure>`;
}

const STYLE = `:root{--ink:#12312f;--soft:#46615e;--line:#9bb5b1;--accent:#0b6e66;--warning:#8a5300;--critical:#a3200f}
*{box-sizing:border-box}body{font:14px/1.5 "PingFang SC","Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif;color:var(--ink);background:#fff;max-width:60rem;margin:0 auto;padding:1.25rem;font-variant-numeric:tabular-nums}
h1{font-size:1.5rem;margin:0}h1 small{font-weight:normal;color:var(--soft)}h2{font-size:1.1rem;margin:1.4rem 0 .4rem;border-bottom:1px solid var(--line);break-after:avoid}header p,.note{color:var(--soft);margin:.25rem 0}header b{color:var(--ink)}
table{border-collapse:collapse;width:100%;font-size:.86rem}th,td{padding:.2rem .4rem;text-align:left;border-bottom:1px solid #d9e4e2;vertical-align:top;overflow-wrap:anywhere}th{color:var(--soft);font-weight:600}td.number{text-align:right;white-space:nowrap}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.1rem 1.2rem;margin:.4rem 0}dl div{display:flex;justify-content:space-between;gap:.8rem;border-bottom:1px dotted #c9d8d5}dt{color:var(--soft)}dd{margin:0;text-align:right;overflow-wrap:anywhere;min-width:0}
dl div[data-fact=sha256],dl div[data-fact=data]{grid-column:1/-1}
a{color:inherit;text-decoration-color:var(--accent);text-underline-offset:2px}.warning{color:var(--warning)}.critical{color:var(--critical)}abbr{text-decoration:none}
figure{margin:.6rem 0;break-inside:avoid}figcaption{font-weight:600}svg{width:100%;height:auto;font-size:11px;fill:var(--soft)}.grid{stroke:#c9d8d5}.curve{fill:none;stroke-width:1.6;stroke-linecap:round;stroke:var(--accent)}
tr{break-inside:avoid}thead{display:table-header-group}
@page{size:A4;margin:14mm}@media print{body{padding:0;max-width:none;font-size:11px}a{text-decoration:none}table{font-size:9.5px}}`;
