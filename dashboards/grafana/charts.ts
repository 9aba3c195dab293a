/** Curves and state timelines: gaps as gaps, the profile's target and limits behind the curves. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { DataTransformerConfig, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Language } from '../../sensors/format.ts';
import type { Quantity, StateTimelinePanel, TimeSeriesPanel } from '../definition/dashboard.ts';
import { displayNameMetric } from '../definition/platform-metrics.ts';
import { BAND_COLUMNS, bandQuery, DOUBTFUL, doubtfulQuery, InfluxQuery, rangeQuery, type Scope } from './influxql.ts';
import { BESIDE_NAMES, namesTarget, onlyNames } from './site-names.ts';
import { mappingsOf, STATE_LOOKS, unitOf } from './units.ts';
import { WORDS } from './words.ts';

export interface Drawing {
  readonly scope: Scope;
  readonly language: Language;
  /** Longest time between two readings that is not silence: three reports, as in the platform. */
  readonly silenceMs: number;
  /** The newest values of devices that work in missions may be days old. */
  readonly isIntermittent: boolean;
  /** Shortest useful window. */
  readonly shortest: string;
}

export function timeSeries(panel: TimeSeriesPanel, drawing: Drawing): timeseries.PanelBuilder {
  const { scope, language, silenceMs, shortest } = drawing;
  const [first] = panel.query.quantities;
  const built = drawRange(new timeseries.PanelBuilder().interval(shortest), panel, drawing)
    .noValue(WORDS.noData[language])
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.None))
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(common.VisibilityMode.Auto)
    .pointSize(4)
    .spanNulls(silenceMs);
  if (first !== undefined) built.unit(unitOf(first)).decimals(first.decimals);
  if (panel.isBars) built.drawStyle(common.GraphDrawStyle.Bars).fillOpacity(60).lineWidth(1);
  for (const quantity of panel.query.quantities.length > 1 ? panel.query.quantities : [])
    built.overrideByRegexp(
      `/^${escaped(quantity.label[language])}(${escaped(DOUBTFUL[language])})?( ·|$)/`,
      propertiesOf(quantity, language),
    );
  if (scope.chosen.site !== undefined && !panel.isBars) addDoubtful(built, panel, drawing);
  if (panel.band !== undefined) {
    built.withTarget(
      new InfluxQuery('B', bandQuery(panel.query.measurement, panel.band, scope, language), {
        format: 'time_series',
        alias: '$col',
      }),
    );
    for (const [column, properties] of bandLooks(language)) built.overrideByName(column, properties);
  }
  return built;
}

/** Marked, not hidden: a stuck value or a jump must not look like the others. */
function addDoubtful(built: timeseries.PanelBuilder, { query }: TimeSeriesPanel, { scope, language }: Drawing): void {
  const numbers = query.quantities.filter(({ shape }) => shape === 'number');
  for (const [index, quantity] of numbers.entries())
    built.withTarget(
      new InfluxQuery(`D${index}`, doubtfulQuery(query.measurement, quantity, query.by, scope, language), {
        format: 'time_series',
        alias: '$col · $tag_device',
      }),
    );
  built.overrideByRegexp(`/${escaped(DOUBTFUL[language])}/`, [
    { id: 'custom.drawStyle', value: 'points' },
    { id: 'custom.pointSize', value: 9 },
    { id: 'custom.showPoints', value: 'always' },
    { id: 'color', value: { mode: 'fixed', fixedColor: STATE_LOOKS.unknown.colour } },
  ]);
}

export function stateTimeline(panel: StateTimelinePanel, drawing: Drawing): statetimeline.PanelBuilder {
  const { scope, language, silenceMs, shortest } = drawing;
  const isFleet = isOfFleet(panel, scope);
  const built = drawRange(new statetimeline.PanelBuilder().interval(shortest), panel, drawing)
    .unit('none')
    .noValue(WORDS.noData[language])
    .mergeValues(true)
    .showValue(isFleet ? common.VisibilityMode.Never : common.VisibilityMode.Auto)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(80)
    .spanNulls(silenceMs)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    );
  if (isFleet) built.perPage(ROWS_PER_PAGE);
  const [first, ...others] = panel.query.quantities;
  if (first !== undefined) built.mappings(mappingsOf(first, language));
  for (const quantity of others)
    built.overrideByRegexp(`/^${escaped(quantity.label[language])}( ·|$)/`, [
      { id: 'mappings', value: mappingsOf(quantity, language) },
    ]);
  return built;
}

/** The names of more would overlap at the height that render.ts gives them. */
const ROWS_PER_PAGE = 20;

/** One measure of many devices: operators know these by the names of their sites. */
export function isOfFleet({ query }: TimeSeriesPanel | StateTimelinePanel, { chosen }: Scope): boolean {
  return chosen.site === undefined && query.by.includes('device') && query.quantities.length === 1;
}

interface Targeted {
  withTarget(query: InfluxQuery): this;
  withTransformation(transformation: DataTransformerConfig): this;
}

/** The curves of a panel. Readings only carry ids, so curves of a fleet take their names from the platform's metrics. */
function drawRange<T extends Targeted>(
  built: T,
  panel: TimeSeriesPanel | StateTimelinePanel,
  { scope, language }: Drawing,
): T {
  const range = rangeQuery(panel.query, scope, language);
  if (!isOfFleet(panel, scope))
    return built.withTarget(new InfluxQuery('A', range, { format: 'time_series', alias: aliasOf(panel) }));
  const { measurement, quantities } = panel.query;
  return built
    .withTarget(new InfluxQuery('A', range, { format: 'table' }))
    .withTarget(namesTarget(displayNameMetric, measurement, scope, language))
    .withTransformation(onlyNames(displayNameMetric, language))
    .withTransformation(BESIDE_NAMES)
    .withTransformation({
      id: 'groupingToMatrix',
      options: {
        columnField: displayNameMetric.label[language],
        rowField: 'Time',
        valueField: quantities[0]?.label[language],
        emptyValue: 'null',
      },
    });
}

/** Name of a curve: what differs between the curves of the panel. */
function aliasOf({ query }: TimeSeriesPanel | StateTimelinePanel): string {
  if (query.by.includes('consumer')) return '$tag_consumer';
  if (!query.by.includes('device')) return '$col';
  return '$col · $tag_device';
}

function propertiesOf(quantity: Quantity, language: Language): DynamicConfigValue[] {
  const unit = { id: 'unit', value: unitOf(quantity) };
  if (quantity.shape === 'number') return [unit, { id: 'decimals', value: quantity.decimals }];
  return [
    unit,
    { id: 'mappings', value: mappingsOf(quantity, language) },
    { id: 'custom.lineInterpolation', value: 'stepAfter' },
    { id: 'custom.fillOpacity', value: 20 },
    { id: 'custom.axisPlacement', value: 'hidden' },
    { id: 'min', value: 0 },
    { id: 'max', value: 1 },
  ];
}

/** The target an area, limits as dashed lines; none in the legend, all in the tooltip. */
function bandLooks(language: Language): readonly (readonly [column: string, DynamicConfigValue[]])[] {
  const quiet: DynamicConfigValue[] = [
    { id: 'custom.showPoints', value: 'never' },
    { id: 'custom.spanNulls', value: true },
    { id: 'custom.lineInterpolation', value: 'stepAfter' },
    { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
  ];
  const colour = (fixedColor: string) => ({ id: 'color', value: { mode: 'fixed', fixedColor } });
  const dashed = (fixedColor: string, dash: number[]): DynamicConfigValue[] => [
    ...quiet,
    colour(fixedColor),
    { id: 'custom.lineWidth', value: 1 },
    { id: 'custom.lineStyle', value: { fill: 'dash', dash } },
  ];
  const target = (extra: DynamicConfigValue[]) => [
    ...quiet,
    colour(STATE_LOOKS.good.colour),
    { id: 'custom.lineWidth', value: 0 },
    ...extra,
  ];
  const name = (column: keyof typeof BAND_COLUMNS) => BAND_COLUMNS[column][language];
  return [
    [
      name('target_high'),
      target([
        { id: 'custom.fillBelowTo', value: name('target_low') },
        { id: 'custom.fillOpacity', value: 14 },
      ]),
    ],
    [name('target_low'), target([])],
    [name('warn_below'), dashed(STATE_LOOKS.warning.colour, [6, 6])],
    [name('warn_above'), dashed(STATE_LOOKS.warning.colour, [6, 6])],
    [name('critical_below'), dashed(STATE_LOOKS.critical.colour, [12, 4])],
    [name('critical_above'), dashed(STATE_LOOKS.critical.colour, [12, 4])],
  ];
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
