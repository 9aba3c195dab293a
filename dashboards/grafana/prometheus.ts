/** A platform dashboard for Prometheus: the metrics of `/metrics`, in one language. The one on InfluxDB is `platform`. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  type Dashboard as Json,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { TIMEZONE } from '../../base/beijing-time.ts';
import type { Language } from '../../sensors/format.ts';
import type { Label } from '../../sensors/label.ts';
import { WORDS } from './words.ts';

interface Chart {
  readonly title: Label;
  /** PromQL and the names of its series. */
  readonly queries: readonly (readonly [expression: string, legend: string])[];
  readonly unit: string;
  /** One number instead of a curve. */
  readonly isNow?: boolean;
  readonly max?: number;
}

const now = (zh: string, en: string, expression: string, unit = 'short'): Chart => ({
  title: { zh, en },
  queries: [[expression, '']],
  unit,
  isNow: true,
});

const chart = (zh: string, en: string, unit: string, ...queries: Chart['queries']): Chart => ({
  title: { zh, en },
  queries,
  unit,
});

const RATE = '$__rate_interval';

export const PROMETHEUS_CHARTS: readonly Chart[] = [
  now('在线设备', 'Connected devices', 'sum(daoyu_mqtt_connections)'),
  now('危急点位', 'Critical sites', 'count(max by (park, site) (daoyu_site_state) == 3) or vector(0)'),
  now('未知点位', 'Unknown sites', 'count(max by (park, site) (daoyu_site_state) == 2) or vector(0)'),
  now(
    '未确认的危急告警',
    'Critical alarms nobody has',
    'sum(daoyu_alarms{state="open", severity="critical"}) or vector(0)',
  ),
  now('数据盘剩余', 'Free on the data disk', 'min(daoyu_disk_free_bytes)', 'bytes'),
  now('版本', 'Version', 'count by (version) (daoyu_build_info)'),
  chart(
    '每秒上报与确认',
    'Publishes and acknowledgements a second',
    'cps',
    [`sum(rate(daoyu_mqtt_received_total[${RATE}]))`, 'received'],
    [`sum(rate(daoyu_mqtt_acknowledged_total[${RATE}]))`, 'acknowledged'],
  ),
  chart(
    '能否写入',
    'Takes readings',
    'bool_yes_no',
    ['min(daoyu_log_writable)', 'log'],
    ['min(daoyu_store_writable)', 'store'],
  ),
  chart('等待日志的上报', 'Publishes that wait for the log', 'short', ['sum(daoyu_mqtt_in_flight)', 'in flight']),
  chart('拒绝（按原因）', 'Refusals by reason', 'cps', [
    `sum by (reason) (rate(daoyu_mqtt_refused_total[${RATE}]))`,
    '{{reason}}',
  ]),
  chart('各消费者落后条目', 'Entries each consumer is behind', 'short', [
    'max by (consumer) (daoyu_log_consumer_pending_entries)',
    '{{consumer}}',
  ]),
  chart(
    '日志与存储大小',
    'Size of log and store',
    'bytes',
    ['max(daoyu_log_size_bytes)', 'log'],
    ['max(daoyu_log_max_bytes)', 'log, full'],
    ['max(daoyu_store_size_bytes)', 'store'],
  ),
  chart('各园区读数去向', 'What became of readings, a second', 'cps', [
    `sum by (outcome) (deriv(daoyu_ledger_readings{outcome!="pending"}[5m]))`,
    '{{outcome}}',
  ]),
  chart('数据年龄（每点位最旧）', 'Age of the newest value, oldest of a site', 's', [
    'max by (park, site) (daoyu_newest_age_seconds)',
    '{{park}}/{{site}}',
  ]),
  chart('未关闭告警', 'Alarms that are not closed', 'short', [
    'sum by (severity, state) (daoyu_alarms)',
    '{{severity}} {{state}}',
  ]),
  chart(
    '事件循环延迟',
    'Event-loop delay',
    's',
    ['max by (instance) (daoyu_nodejs_eventloop_lag_p99_seconds)', '{{instance}} p99'],
    ['max by (instance) (daoyu_nodejs_eventloop_lag_mean_seconds)', '{{instance}} mean'],
  ),
  chart('内存', 'Memory', 'bytes', ['daoyu_process_resident_memory_bytes', '{{instance}}']),
  chart('处理器', 'Processor', 'percentunit', [`rate(daoyu_process_cpu_seconds_total[${RATE}])`, '{{instance}}']),
];

const [STAT_WIDTH, STAT_HEIGHT, CHART_WIDTH, CHART_HEIGHT, GRID] = [4, 4, 12, 8, 24];
const source = { type: 'prometheus', uid: '$datasource' };

export function renderPrometheusDashboard(language: Language): Json {
  const built = new DashboardBuilder({ zh: '平台运行（Prometheus）', en: 'Platform (Prometheus)' }[language])
    .uid(`daoyu-prometheus${language === 'zh' ? '' : '-en'}`)
    .tags(['daoyu', `daoyu-${language}`])
    .timezone(TIMEZONE)
    .editable()
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  let [x, y] = [0, 0];
  for (const each of PROMETHEUS_CHARTS) {
    const [w, h] = each.isNow ? [STAT_WIDTH, STAT_HEIGHT] : [CHART_WIDTH, CHART_HEIGHT];
    if (x + w > GRID) [x, y] = [0, y + h];
    const grid = { x, y, w, h };
    built.withPanel(each.isNow ? statOf(each, language).gridPos(grid) : curvesOf(each, language).gridPos(grid));
    x += w;
    // The next row begins below the numbers.
    if (each.isNow && x === GRID) [x, y] = [0, y + h];
  }
  return JSON.parse(JSON.stringify(built.build())) as Json;
}

function statOf({ title, queries, unit }: Chart, language: Language): stat.PanelBuilder {
  const panel = new stat.PanelBuilder()
    .title(title[language])
    .datasource(source)
    .unit(unit)
    .noValue(WORDS.noData[language])
    .colorMode(common.BigValueColorMode.None)
    .graphMode(common.BigValueGraphMode.None);
  // A version is in the label, not in the number.
  const isText = queries.some(([expression]) => expression.includes('build_info'));
  if (isText) panel.textMode(common.BigValueTextMode.Name);
  for (const [index, [expression]] of queries.entries())
    panel.withTarget(query(index, expression, isText ? '{{version}}' : '').instant());
  return panel;
}

function curvesOf({ title, queries, unit }: Chart, language: Language): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .title(title[language])
    .datasource(source)
    .unit(unit)
    .min(0)
    .noValue(WORDS.noData[language])
    .lineWidth(2)
    .fillOpacity(0)
    // A gap in the metrics is a gap in the curve.
    .spanNulls(false)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.None));
  for (const [index, [expression, legend]] of queries.entries()) panel.withTarget(query(index, expression, legend));
  return panel;
}

function query(index: number, expression: string, legend: string): DataqueryBuilder {
  const built = new DataqueryBuilder().refId(String.fromCharCode(65 + index)).expr(expression);
  return legend === '' ? built : built.legendFormat(legend);
}
