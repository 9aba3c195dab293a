/** The platform's own metrics, as measurements beside those of the kinds. consumers/platform-metrics writes them, `npm run dashboards` draws them. */
import type { HealthState } from '../../sensors/health.ts';
import type { Label } from '../../sensors/label.ts';
import type { Quantity } from './dashboard.ts';

/** Names begin with `daoyu_`; no kind may. */
export const DEVICE_METRICS = 'daoyu_device';
export const PARK_METRICS = 'daoyu_park';
export const BAND_METRICS = 'daoyu_band';
export const SITE_METRICS = 'daoyu_site';
export const PLATFORM_METRICS = 'daoyu_platform';
export const CONSUMER_METRICS = 'daoyu_consumer';
/** One point an alarm; stays as long as the readings. */
export const ALARM_METRICS = 'daoyu_alarm';

/** Metrics of which only the last months are kept. */
export const TRANSIENT_METRICS = [DEVICE_METRICS, PARK_METRICS, SITE_METRICS, PLATFORM_METRICS, CONSUMER_METRICS];

/** How often they are written. */
export const METRICS_EVERY_MS = 30_000;

/** States as numbers: higher is worse; unknown ranks above warning. */
export const STATE_NUMBERS: Readonly<Record<HealthState, number>> = { good: 0, warning: 1, unknown: 2, critical: 3 };

export const STATE_LABELS: Readonly<Record<HealthState, Label>> = {
  good: { zh: '正常', en: 'good' },
  warning: { zh: '注意', en: 'warning' },
  critical: { zh: '危急', en: 'critical' },
  unknown: { zh: '未知', en: 'unknown' },
};

function count(name: string, zh: string, en: string, window: Quantity['window'] = 'last'): Quantity {
  return { name, label: { zh, en }, unit: '1', symbol: '', decimals: 0, shape: 'number', window };
}

function bytes(name: string, zh: string, en: string): Quantity {
  return { ...count(name, zh, en), unit: 'By', symbol: 'B' };
}

export const stateMetric: Quantity = {
  ...count('state', '状态', 'state', 'max'),
  shape: 'enum',
  choices: Object.fromEntries(
    Object.entries(STATE_NUMBERS).map(([state, number]) => [number, STATE_LABELS[state as HealthState]]),
  ),
};

/** Why a device is in its state, in words. */
export const reasonMetric: Quantity = { ...count('reason', '原因', 'reason'), shape: 'text' };

/** Name of the site. */
export const siteNameMetric: Quantity = { ...count('name', '点位名称', 'site name'), shape: 'text' };

/** Name of a device in a chart of many: its site's name, with the device's id if that is ambiguous. */
export const displayNameMetric: Quantity = { ...count('display_name', '名称', 'name'), shape: 'text' };

/** The ids as fields, so that a table that shows only names can link to the site. */
export const PLACE_FIELDS = { park: 'park_id', site: 'site_id' } as const;

/** A site or park as one line of a list that a reader chooses from: `name · id`. */
export const siteChoiceMetric: Quantity = { ...count('site_choice', '点位', 'site'), shape: 'text' };
export const parkChoiceMetric: Quantity = { ...count('park_choice', '园区', 'park'), shape: 'text' };

/** When the newest reading was measured. */
export const measuredMetric: Quantity = { ...count('measured', '测于', 'measured'), unit: 'ms', shape: 'moment' };

/** Seconds since the newest measurement at the time of writing; absent for a device that never sent. */
export const ageMetric: Quantity = {
  ...count('age', '数据年龄', 'age of the data', 'max'),
  unit: 's',
  symbol: 's',
};

/** Seconds from measuring the newest reading to its receipt: what the network, or a device's clock, adds. */
export const delayMetric: Quantity = {
  ...count('delay', '上报延迟', 'delay of reports', 'max'),
  unit: 's',
  symbol: 's',
  decimals: 1,
};

export const connectedMetric: Quantity = {
  ...count('connected', '连接', 'connection', 'last'),
  shape: 'boolean',
  choices: { 0: { zh: '离线', en: 'offline' }, 1: { zh: '在线', en: 'online' } },
};

/** received = stored + duplicate + quarantined + pending. */
export const ledgerMetrics: readonly Quantity[] = [
  count('received', '收到', 'received'),
  count('stored', '入库', 'stored'),
  count('duplicate', '重复', 'duplicate'),
  count('quarantined', '隔离', 'quarantined'),
  count('pending', '待处理', 'pending'),
];

/** As they are written: by their place in this list. What is above 0 is not over. */
export const ALARM_STATES = [
  { name: 'closed', label: { zh: '已结束', en: 'over' } },
  { name: 'shelved', label: { zh: '已搁置', en: 'shelved' } },
  { name: 'acknowledged', label: { zh: '已确认', en: 'acknowledged' } },
  { name: 'returned', label: { zh: '已恢复，待确认', en: 'over, not acknowledged' } },
  { name: 'open', label: { zh: '未确认', en: 'not acknowledged' } },
] as const;

export const alarmState: Quantity = {
  ...count('state', '处理', 'handling'),
  shape: 'enum',
  choices: Object.fromEntries(ALARM_STATES.map(({ label }, index) => [index, label])),
};

export const alarmSeverity: Quantity = {
  ...count('severity', '级别', 'severity'),
  shape: 'enum',
  choices: { 1: { zh: '▲ 预警', en: '▲ warning' }, 2: { zh: '■ 危急', en: '■ critical' } },
};

/** How many devices are in each state. */
export const stateCounts: Readonly<Record<HealthState, Quantity>> = {
  critical: count('critical', '危急', 'critical'),
  unknown: count('unknown', '未知', 'unknown'),
  warning: count('warning', '注意', 'warning'),
  good: count('good', '正常', 'good'),
};

export const platformMetrics = {
  connections: count('connections', '在线设备', 'connected devices'),
  inFlight: count('in_flight', '等待存盘的发布', 'publishes that wait for the log'),
  received: count('received', '收到的发布', 'publishes received'),
  acknowledged: count('acknowledged', '已确认的发布', 'publishes acknowledged'),
  refused: count('refused', '拒绝', 'refusals'),
  logBytes: bytes('log_bytes', '日志大小', 'size of the log'),
  logMaxBytes: bytes('log_max_bytes', '日志上限', 'limit of the log'),
  storeBytes: bytes('store_bytes', '存储大小', 'size of the store'),
  storeReadings: count('store_readings', '入库读数', 'readings in the store'),
  memoryBytes: bytes('memory_bytes', '内存', 'memory'),
  logWritable: writable('log_writable', '日志可写', 'log'),
  storeWritable: writable('store_writable', '存储可写', 'store'),
} as const satisfies Record<string, Quantity>;

export const consumerPending: Quantity = count('pending', '未处理条目', 'entries not yet taken', 'max');

/** The minimum of a window, so that a single moment of refusal is visible. */
function writable(name: string, zh: string, en: string): Quantity {
  return {
    ...count(name, zh, en, 'last'),
    shape: 'boolean',
    choices: { 0: { zh: '不可写', en: 'refuses' }, 1: { zh: '可写', en: 'takes readings' } },
  };
}
