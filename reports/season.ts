/** The season of a site, from stocking or sowing to harvest: what went in and came out, how the water was, what the weather gave. */
import type { DerivedAnswer } from '../analysis/analysis.ts';
import { DERIVED } from '../analysis/series.ts';
import type { Span } from '../analysis/windows.ts';
import { dayNumberOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { EVENT_KINDS, type FarmEvent } from '../journal/events.ts';
import type { Site } from '../registry/registry.ts';
import { isVisible, namedAlarms } from './alarm-rows.ts';
import { type KnownDevice, leadingFields, linkTo, numberCell, type ReportContext, regularDevices } from './context.ts';
import { eventsOf, eventsSection } from './event-rows.ts';
import { extentOf } from './extent.ts';
import { type Fact, type Report, type ReportChart, type Section, same } from './report.ts';

export interface SeasonAsked {
  readonly park: string;
  readonly site: string;
  /** A day within it, epoch ms; absent: the newest. */
  readonly at?: number | undefined;
}

const DAY_MS = 86_400_000;
const WEATHER = 'weather_station';
/** Of a season: windows in which they are asked for, and what of them is told. */
const TOLD: Readonly<Record<string, 'sum' | 'least' | 'mean'>> = {
  growing_degree_days: 'sum',
  active_temperature_sum: 'sum',
  awd_dry_downs: 'sum',
  oxygen_dawn_minimum: 'least',
  oxygen_debt_hours: 'sum',
  oxygen_recovery: 'mean',
};

export async function seasonReport(context: ReportContext, { park, site: id, at }: SeasonAsked): Promise<Report> {
  const { registry, analysis, version, clock } = context;
  const site = registry.site(park, id);
  if (site === undefined) throw new DaoyuError('SITE_UNKNOWN', `park ${park} has no site ${id}`);
  const seasons = analysis.seasons(park, id);
  const season = at === undefined ? seasons.at(-1) : seasons.findLast(({ from }) => from <= at);
  if (season === undefined)
    throw new DaoyuError(
      'REPORT_IMPOSSIBLE',
      `${park}/${id} has no season yet: log a stocking, a sowing or a transplanting first`,
    );
  const span = { from: season.from, to: season.to ?? clock() };
  const own = regularDevices(context, { park, site: id });
  const stations = regularDevices(context, { park }).filter(
    ({ device, kind }) => kind.name === WEATHER && device.site !== id,
  );
  return {
    ...{ report: 'season', park, ...span, version, madeAt: clock(), subject: site.label },
    sections: [
      await summary(context, site, span, season.to === undefined),
      await figures(context, [...own, ...stations.slice(0, 1)], span),
      await waterSection(context, own, span),
      eventsSection(context, { park, site: id, ...span }),
    ],
  };
}

async function summary(context: ReportContext, site: Site, span: Span, isOpen: boolean): Promise<Section> {
  const { park, id } = site;
  const found = eventsOf(context, { park, site: id, from: span.from, to: span.to + 1 });
  const alarms = (await namedAlarms(context, { park, site: id, ...span })).filter(isVisible);
  const critical = alarms.filter(({ alarm }) => alarm.severity === 'critical').length;
  const fed = sumOf(found, 'feeding', 'kg');
  const harvested = sumOf(found, 'harvest', 'kg');
  const fact = (name: string, zh: string, en: string, value: number | undefined, unit = '', decimals = 0): Fact => ({
    ...{ name, label: { zh, en }, cell: { value, unit, decimals } },
  });
  return {
    name: 'summary',
    title: { zh: '概况', en: 'Summary' },
    facts: [
      fact(
        'days',
        isOpen ? '至今天数' : '天数',
        isOpen ? 'days so far' : 'days',
        dayNumberOf(span.to - 1) - dayNumberOf(span.from) + 1,
      ),
      ...countsOf(found).map(({ kind, count }): Fact => {
        const label = EVENT_KINDS.get(kind)?.label ?? same(kind);
        return { name: kind, label, cell: { value: count, unit: '×', decimals: 0 } };
      }),
      fact('feed', '投饲总量', 'feed given', fed, 'kg', 1),
      fact('harvest', '收获', 'harvested', harvested, 'kg', 1),
      ...(fed !== undefined && harvested !== undefined && harvested > 0
        ? [fact('feed_conversion', '投入收获比', 'feed per kg harvested', fed / harvested, 'kg/kg', 2)]
        : []),
      fact('alarms', '告警', 'alarms', alarms.length),
      fact('critical_alarms', '其中危急', 'of them critical', critical),
    ],
  };
}

/** Undefined: nothing of it was logged, which is not nothing. */
function sumOf(events: readonly FarmEvent[], kind: string, field: string): number | undefined {
  const values = events.flatMap(({ kind: of, values: { [field]: value } }) =>
    of === kind && typeof value === 'number' ? [value] : [],
  );
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function countsOf(events: readonly FarmEvent[]): readonly { readonly kind: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

async function figures(context: ReportContext, devices: readonly KnownDevice[], span: Span): Promise<Section> {
  const { analysis, registry, signal } = context;
  const rows = [];
  for (const { device, kind } of devices)
    for (const [name, told] of Object.entries(TOLD)) {
      const series = DERIVED.get(name);
      if (series === undefined || !series.kinds.includes(kind.name)) continue;
      const [window = 'day'] = series.windows;
      const usual = name === 'awd_dry_downs' ? 'season' : window;
      const answer = await analysis.derived({ kind, device, ...span, window: usual, series, signal });
      if (answer.windows.every(({ value }) => value === undefined)) continue;
      const link = linkTo(device, span.from, span.to);
      const incomplete = answer.windows.filter(({ isComplete }) => isComplete === false).length;
      rows.push({
        figure: { text: series.label },
        site: { text: registry.site(device.park, device.site)?.label ?? same(device.site) },
        value: numberCell(series, valueOver(answer, told), { link, isIncomplete: incomplete > 0 }),
        told: { text: WORDS[told] },
        complete: { value: answer.windows.length - incomplete, unit: '', decimals: 0 },
        incomplete: { value: incomplete, unit: '', decimals: 0 },
        formula: { text: same(`${series.formula} (v${series.version})`) },
      });
    }
  return {
    name: 'figures',
    title: { zh: '农情指标', en: 'Derived figures' },
    table: {
      columns: [
        { name: 'figure', label: { zh: '指标', en: 'figure' } },
        { name: 'site', label: { zh: '测自', en: 'measured at' } },
        { name: 'told', label: { zh: '口径', en: 'over the season' } },
        { name: 'value', label: { zh: '数值', en: 'value' } },
        { name: 'complete', label: { zh: '完整时段', en: 'complete windows' } },
        { name: 'incomplete', label: { zh: '不完整', en: 'incomplete' } },
        { name: 'formula', label: { zh: '公式', en: 'formula' } },
      ],
      rows,
    },
    note: {
      zh: '合计与平均只含覆盖达九成的时段；不完整的时段单列，不当作零。',
      en: 'Sums and means are over windows covered by 90 %; incomplete ones are counted apart, and never as nought.',
    },
  };
}

const WORDS = {
  sum: { zh: '合计', en: 'sum' },
  least: { zh: '最低', en: 'least' },
  mean: { zh: '平均', en: 'mean' },
} as const;

function valueOver({ windows, total }: DerivedAnswer, told: 'sum' | 'least' | 'mean'): number | undefined {
  // One window that is the season itself has its value even where a part is unknown.
  if (windows.length === 1) return windows[0]?.value;
  if (told === 'sum') return total?.value;
  const values = windows.flatMap(({ value, isComplete }) =>
    value === undefined || (told === 'mean' && isComplete === false) ? [] : [value],
  );
  if (values.length === 0) return undefined;
  return told === 'least' ? Math.min(...values) : values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function waterSection(context: ReportContext, devices: readonly KnownDevice[], span: Span): Promise<Section> {
  const charts: ReportChart[] = [];
  const rows = [];
  for (const each of devices)
    for (const field of leadingFields(each.kind, 3)) {
      const extent = await extentOf(context, each, field, span);
      if (extent === undefined || extent.used === 0) continue;
      const { device, kind } = each;
      const link = linkTo(device, span.from, span.to);
      const shown = { link, isIncomplete: !extent.isComplete };
      rows.push({
        field: { text: field.label },
        device: { text: device.label },
        min: numberCell(field, extent.min, shown),
        minAt: { time: extent.minAt },
        mean: numberCell(field, extent.mean, shown),
        max: numberCell(field, extent.max, shown),
        maxAt: { time: extent.maxAt },
        coverage: { value: Math.round(extent.coverage * 1000) / 10, unit: '%', decimals: 1 },
      });
      const days = await context.analysis.statistics({
        ...{ kind, device, ...span, window: 'day', field: field.name, names: ['mean'], signal: context.signal },
      });
      const points = days.flatMap(({ from, values: { mean } }) => (mean === undefined ? [] : [[from, mean] as const]));
      charts.push({
        ...{ label: field.label, symbol: field.symbol, decimals: field.decimals, ...span, gapMs: 1.5 * DAY_MS },
        curves: [{ name: device.id, points }],
      });
    }
  return {
    name: 'water',
    title: { zh: '测得（日均值曲线）', en: 'Measured (daily means)' },
    table: {
      columns: [
        { name: 'field', label: { zh: '指标', en: 'field' } },
        { name: 'device', label: { zh: '设备', en: 'device' } },
        { name: 'min', label: { zh: '最低', en: 'least' } },
        { name: 'minAt', label: { zh: '时间', en: 'at' } },
        { name: 'mean', label: { zh: '平均', en: 'mean' } },
        { name: 'max', label: { zh: '最高', en: 'greatest' } },
        { name: 'maxAt', label: { zh: '时间', en: 'at' } },
        { name: 'coverage', label: { zh: '覆盖', en: 'covered' } },
      ],
      rows,
    },
    charts,
  };
}
