/** Grafana-managed alert rules and a contact point, off until their folder is mounted. */
import {
  DEVICE_METRICS,
  PLATFORM_METRICS,
  platformMetrics,
  STATE_LABELS,
  STATE_NUMBERS,
  stateMetric,
} from '../definition/platform-metrics.ts';
import { DATASOURCE } from './names.ts';

export interface AlertRule {
  readonly uid: string;
  readonly title: string;
  /** InfluxQL; Grafana's server fills in `$timeFilter`. */
  readonly query: string;
  /** It fires if this is true of the newest value of a series. */
  readonly fires: { readonly type: 'gt' | 'lt'; readonly than: number };
  readonly forMinutes: number;
  /** State if the query returns no series. Silence never ends an alert: one rule reports it, the others keep their state. */
  readonly noData: 'Alerting' | 'KeepLast';
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
}

const devices = `SELECT last("${stateMetric.name}") FROM "${DEVICE_METRICS}" WHERE $timeFilter GROUP BY "park", "site", "device", "kind"`;
const platform = (name: string) => `SELECT last("${name}") FROM "${PLATFORM_METRICS}" WHERE $timeFilter`;
const place = '{{ $labels.site }} ({{ $labels.device }})';

export const ALERT_RULES: readonly AlertRule[] = [
  {
    uid: 'daoyu-critical',
    title: `${STATE_LABELS.critical.zh} · A site is critical`,
    query: devices,
    fires: { type: 'gt', than: STATE_NUMBERS.critical - 0.5 },
    forMinutes: 0,
    noData: 'KeepLast',
    severity: 'critical',
    summary: `${place} 危急，请打开该点位页面查看原因。 A value is beyond its critical limit.`,
  },
  {
    uid: 'daoyu-unknown',
    title: `${STATE_LABELS.unknown.zh} · A site is unknown`,
    query: devices,
    fires: { type: 'gt', than: STATE_NUMBERS.unknown - 0.5 },
    forMinutes: 15,
    noData: 'KeepLast',
    severity: 'warning',
    summary: `${place} 15 分钟以上无可信数据（或已危急）。 No reading that can be trusted for 15 minutes, or critical.`,
  },
  {
    uid: 'daoyu-log',
    title: '日志不可写 · The log refuses',
    query: platform(platformMetrics.logWritable.name),
    fires: { type: 'lt', than: 0.5 },
    forMinutes: 1,
    noData: 'Alerting',
    severity: 'critical',
    summary:
      '平台不可写或 5 分钟内未报告状态：设备收不到确认。 The log refuses, or the platform has said nothing for 5 minutes: devices get no PUBACK.',
  },
  {
    uid: 'daoyu-store',
    title: '存储不可写 · The store refuses',
    query: platform(platformMetrics.storeWritable.name),
    fires: { type: 'lt', than: 0.5 },
    forMinutes: 5,
    noData: 'KeepLast',
    severity: 'warning',
    summary:
      '存储不可写：数据留在日志里，曲线停更。 The store refuses: readings wait on the log and charts stand still.',
  },
];

const BACK_SECONDS = 300;
/** Grafana's internal datasource: its server computes expressions. */
const EXPRESSION = '__expr__';

/** Not the folder of the dashboards: Grafana provisions alerts first and would create a second folder of the same title. */
const FOLDER = '稻渔 告警 Daoyu alerts';

const quoted = (text: string) => JSON.stringify(text);

export const alertRules = (generated: string) => `${generated}
apiVersion: 1
groups:
  - orgId: 1
    name: daoyu
    folder: ${FOLDER}
    interval: 1m
    rules:
${ALERT_RULES.map(ruleYaml).join('')}`;

function ruleYaml({ uid, title, query, fires, forMinutes, noData, severity, summary }: AlertRule): string {
  return `      - uid: ${uid}
        title: ${quoted(title)}
        condition: C
        for: ${forMinutes}m
        noDataState: ${noData}
        execErrState: Alerting
        labels: { severity: ${severity} }
        annotations:
          summary: ${quoted(summary)}
        data:
          - refId: A
            datasourceUid: ${DATASOURCE.uid}
            relativeTimeRange: { from: ${BACK_SECONDS}, to: 0 }
            model: { refId: A, rawQuery: true, resultFormat: time_series, query: ${quoted(query)} }
          - refId: B
            datasourceUid: ${EXPRESSION}
            model: { refId: B, type: reduce, expression: A, reducer: last, settings: { mode: dropNN } }
          - refId: C
            datasourceUid: ${EXPRESSION}
            model:
              refId: C
              type: threshold
              expression: B
              conditions: [{ evaluator: { type: ${fires.type}, params: [${fires.than}] } }]
`;
}

export const contactPoints = (generated: string) => `${generated}
# Where alerts go: ALERT_WEBHOOK_URL in Grafana's environment. Grafana does not start without it while this folder is mounted.
apiVersion: 1
contactPoints:
  - orgId: 1
    name: daoyu
    receivers:
      - uid: daoyu-webhook
        type: webhook
        settings: { url: $ALERT_WEBHOOK_URL, httpMethod: POST }
policies:
  - orgId: 1
    receiver: daoyu
    group_by: [alertname, park, site]
    group_wait: 30s
    group_interval: 5m
    repeat_interval: 4h
`;
