/** Stats and tables: the newest value of each device, always with its age. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import type { Language } from '../../sensors/format.ts';
import type { Quantity, StatPanel, TablePanel } from '../definition/dashboard.ts';
import {
  DEVICE_METRICS,
  PARK_METRICS,
  PLACE_FIELDS,
  PLATFORM_METRICS,
  siteNameMetric,
} from '../definition/platform-metrics.ts';
import { siteDashboardName } from '../definition/site-dashboard.ts';
import type { Drawing } from './charts.ts';
import { InfluxQuery, newestQuery, totalQuery } from './influxql.ts';
import { suffixOf } from './names.ts';
import { BESIDE_NAMES, namesTarget, onlyNames } from './site-names.ts';
import { mappingsOf, STATE_LOOKS, unitOf } from './units.ts';
import { WORDS } from './words.ts';

/** Metrics describe the present: older ones would show an outdated state. */
const NOW = '10m';
/** Missions are days apart; Grafana shows the longer range beside the title. */
const LAST_MISSIONS = '7d';

export function statPanel(panel: StatPanel, { scope, language, isIntermittent }: Drawing): stat.PanelBuilder {
  const [quantity] = panel.query.quantities;
  if (quantity === undefined) throw new RangeError(`panel ${panel.name} shows nothing`);
  const built = new stat.PanelBuilder()
    .unit(unitOf(quantity))
    .decimals(quantity.decimals)
    .mappings(mappingsOf(quantity, language))
    .colorMode(common.BigValueColorMode.None)
    .graphMode(common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Auto);
  const reduce = new common.ReduceDataOptionsBuilder();
  if (panel.isTotal) {
    const look = Object.entries(STATE_LOOKS).find(([state]) => state === quantity.name)?.[1];
    if (look !== undefined) {
      built.colorMode(common.BigValueColorMode.Value);
      built.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(look.colour));
    }
    return built
      .withTarget(new InfluxQuery('A', totalQuery(panel.query, scope, language), { format: 'table' }))
      .textMode(common.BigValueTextMode.Value)
      .reduceOptions(reduce.values(false).calcs(['lastNotNull']).fields(''))
      .timeFrom(NOW)
      .hideTimeOverride(true)
      .noValue(WORDS.platformSilent[language]);
  }
  // With the device as the only text of a row, Grafana names each value by it.
  const query = { ...panel.query, by: panel.query.by.filter((tag) => tag === 'device') };
  const isFigure = panel.query.measurement === PLATFORM_METRICS;
  if (isFigure) built.timeFrom(NOW).hideTimeOverride(true);
  else if (isIntermittent) built.timeFrom(LAST_MISSIONS);
  return built
    .withTarget(new InfluxQuery('A', newestQuery(query, scope, language), { format: 'table' }))
    .textMode(common.BigValueTextMode.ValueAndName)
    .withTransformation({
      id: 'organize',
      options: { excludeByName: {}, indexByName: { [quantity.label[language]]: 0, Time: 1 }, renameByName: {} },
    })
    .reduceOptions(reduce.values(true).calcs([]).fields('/^(?!device$)/'))
    .overrideByName('Time', [
      { id: 'unit', value: 'dateTimeFromNow' },
      {
        id: 'displayName',
        value: panel.query.by.includes('device')
          ? `\${__data.fields.device} · ${WORDS.measured[language]}`
          : WORDS.written[language],
      },
    ])
    .noValue(WORDS[isFigure ? 'platformSilent' : 'noData'][language]);
}

export function tablePanel(panel: TablePanel, { scope, language, isIntermittent }: Drawing): table.PanelBuilder {
  const { query, worstFirst, linksToSite } = panel;
  const isFigure = query.measurement === DEVICE_METRICS || query.measurement === PARK_METRICS;
  const label = (quantity: Quantity) => quantity.label[language];
  const isNamed = query.quantities.includes(siteNameMetric);
  const order: readonly string[] = [
    ...(isNamed ? [] : [label(siteNameMetric)]),
    ...query.quantities.map(label),
    'Time',
    ...query.by,
  ];
  const built = new table.PanelBuilder()
    .withTarget(new InfluxQuery('A', newestQuery(query, scope, language), { format: 'table' }))
    .unit('none')
    .noValue(WORDS[isFigure ? 'platformSilent' : 'noData'][language]);
  if (!isNamed)
    built
      .withTarget(namesTarget(siteNameMetric, query.measurement, scope, language))
      .withTransformation(onlyNames(siteNameMetric, language))
      .withTransformation(BESIDE_NAMES);
  built
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
        renameByName: {
          Time: WORDS[isFigure ? 'written' : 'measured'][language],
          ...Object.fromEntries(query.by.map((tag) => [tag, WORDS[tag][language]])),
        },
      },
    })
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    // Otherwise each empty cell would show the panel's text for no data.
    .overrideByRegexp('/.*/', [{ id: 'noValue', value: EMPTY_CELL }])
    .overrideByFieldType('time', [{ id: 'unit', value: 'dateTimeFromNow' }]);
  for (const quantity of query.quantities) built.overrideByName(label(quantity), cellLook(quantity, language));
  if (!isNamed) for (const name of Object.values(PLACE_FIELDS)) built.overrideByName(name, HIDDEN);
  if (linksToSite) built.overrideByName(label(siteNameMetric), [siteLink(panel, language)]);
  const worst = query.quantities.find(({ name }) => name === worstFirst);
  if (worst !== undefined)
    built.sortBy([new common.TableSortByFieldStateBuilder().displayName(label(worst)).desc(true)]);
  // With a range in the past the table would show old values as current.
  if (isFigure) built.timeFrom(NOW).hideTimeOverride(true);
  else if (isIntermittent) built.timeFrom(LAST_MISSIONS);
  return built;
}

/** The value that links a row to the site's own dashboard, with the visible range. */
function siteLink({ query }: TablePanel, language: Language): DynamicConfigValue {
  // The row of a device without readings in this range has only its name.
  const cell = (tag: 'park' | 'site' | 'kind') =>
    `\${__data.fields.${query.by.includes('kind') || tag === 'kind' ? tag : PLACE_FIELDS[tag]}}`;
  const dashboard = query.by.includes('kind')
    ? `daoyu-${siteDashboardName({ name: cell('kind') })}${suffixOf(language)}`
    : `daoyu-${siteDashboardName({ name: query.measurement })}${suffixOf(language)}`;
  const url = `/d/${dashboard}?var-park=${cell('park')}&var-site=${cell('site')}&\${__url_time_range}`;
  return { id: 'links', value: [{ title: WORDS.openSite[language], url, targetBlank: false }] };
}

function cellLook(quantity: Quantity, language: Language): DynamicConfigValue[] {
  const mappings = mappingsOf(quantity, language);
  return [
    { id: 'unit', value: unitOf(quantity) },
    ...(quantity.shape === 'number' ? [{ id: 'decimals', value: quantity.decimals }] : []),
    ...(mappings.length > 0
      ? [
          { id: 'mappings', value: mappings },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]
      : []),
    ...(quantity.shape === 'text' ? WIDE_TEXT : []),
  ];
}

const EMPTY_CELL = '–';
const HIDDEN: DynamicConfigValue[] = [{ id: 'custom.hidden', value: true }];

/** A reason is a sentence or two. Grafana 12.2 has the wrapping option beside the cell's options, earlier versions inside them. */
const WIDE_TEXT: readonly DynamicConfigValue[] = [
  { id: 'custom.minWidth', value: 260 },
  { id: 'custom.wrapText', value: true },
  { id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } },
];
