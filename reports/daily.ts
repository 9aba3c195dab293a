/** The daily sheet of a park: every site in a line, alarms, what was done, devices that need service, the ledger. */

import type { Span } from '../analysis/windows.ts';
import type { Field } from '../sensors/kind.ts';
import { isVisible, type NamedAlarm, namedAlarms } from './alarm-rows.ts';
import {
  type KnownDevice,
  leadingFields,
  linkTo,
  minutes,
  numberCell,
  type ReportContext,
  regularDevices,
} from './context.ts';
import { eventsSection } from './event-rows.ts';
import { type Extent, extentOf } from './extent.ts';
import { type Cell, type Report, type Section, same, textCell } from './report.ts';

export interface ParkAsked extends Span {
  readonly park: string;
}

const FIELDS = 2;

export async function dailyReport(context: ReportContext, asked: ParkAsked): Promise<Report> {
  const { park, from, to } = asked;
  const { registry, version, clock } = context;
  const known = registry.parks().find(({ id }) => id === park);
  const rows: Readonly<Record<string, Cell>>[] = [];
  const silent: KnownDevice[] = [];
  for (const each of regularDevices(context, { park })) {
    const extents: Extent[] = [];
    for (const field of leadingFields(each.kind, FIELDS)) {
      const extent = await extentOf(context, each, field, { from, to });
      if (extent === undefined) continue;
      extents.push(extent);
      if (extent.used > 0) rows.push(rowOf(context, each, field, extent));
    }
    if (extents.every(({ coverage }) => coverage < SERVICE_BELOW)) silent.push(each);
  }
  const alarms = (await namedAlarms(context, asked)).filter(isVisible);
  return {
    ...{ report: 'daily', park, from, to, version, madeAt: clock(), subject: known?.label ?? same(park) },
    sections: [
      {
        name: 'sites',
        title: { zh: '各点位', en: 'Sites' },
        table: { columns: SITE_COLUMNS, rows },
        note: {
          zh: '只计订正后的有效读数。“未知”为相邻读数相隔超过 2.5 个上报周期的时间，不算作正常；标 * 的覆盖不足九成。',
          en: 'Good values as corrected. Unknown is time between readings more than two and a half intervals apart, which is not counted as good; * marks less than 90 % covered.',
        },
      },
      alarmSection(alarms),
      eventsSection(context, asked),
      serviceSection(context, silent),
      await ledgerSection(context, park),
    ],
  };
}

/** A device that was heard for less of the day needs a visit. */
const SERVICE_BELOW = 0.5;

const SITE_COLUMNS = [
  { name: 'site', label: { zh: '点位', en: 'site' } },
  { name: 'field', label: { zh: '指标', en: 'field' } },
  { name: 'min', label: { zh: '最低', en: 'least' } },
  { name: 'minAt', label: { zh: '时间', en: 'at' } },
  { name: 'mean', label: { zh: '平均', en: 'mean' } },
  { name: 'max', label: { zh: '最高', en: 'greatest' } },
  { name: 'maxAt', label: { zh: '时间', en: 'at' } },
  { name: 'warning', label: { zh: '超注意限', en: 'beyond warning' } },
  { name: 'critical', label: { zh: '超危急限', en: 'beyond critical' } },
  { name: 'unknown', label: { zh: '未知', en: 'unknown' } },
] as const;

function rowOf({ registry }: ReportContext, { device }: KnownDevice, field: Field, extent: Extent) {
  const { from, to, isComplete } = extent;
  const link = linkTo(device, from, to);
  const shown = { link, isIncomplete: !isComplete };
  const isCritical = (extent.criticalMinutes ?? 0) > 0;
  const isWarning = (extent.warningMinutes ?? 0) > 0;
  return {
    site: { text: registry.site(device.park, device.site)?.label ?? same(device.site), link },
    field: { text: field.label },
    min: numberCell(field, extent.min, shown),
    minAt: { time: extent.minAt },
    mean: numberCell(field, extent.mean, shown),
    max: numberCell(field, extent.max, shown),
    maxAt: { time: extent.maxAt },
    warning: { ...minutes(extent.warningMinutes, link), ...(isWarning && { state: 'warning' as const }) },
    critical: { ...minutes(extent.criticalMinutes, link), ...(isCritical && { state: 'critical' as const }) },
    unknown: minutes(extent.unknownMinutes),
  };
}

function alarmSection(alarms: readonly NamedAlarm[]): Section {
  return {
    name: 'alarms',
    title: { zh: '告警', en: 'Alarms' },
    table: {
      columns: [
        { name: 'openedAt', label: { zh: '开始', en: 'from' } },
        { name: 'site', label: { zh: '点位', en: 'site' } },
        { name: 'text', label: { zh: '内容', en: 'what' } },
        { name: 'acknowledged', label: { zh: '确认', en: 'acknowledged' } },
        { name: 'acknowledgedBy', label: { zh: '确认人', en: 'by' } },
        { name: 'clearedAt', label: { zh: '恢复', en: 'over' } },
      ],
      rows: alarms.map(({ alarm, site }) => ({
        openedAt: { time: alarm.openedAt },
        site: { text: site },
        text: { text: alarm.text, state: alarm.severity },
        acknowledged: { time: alarm.acknowledgedAt },
        acknowledgedBy: textCell(alarm.acknowledgedBy ?? '–'),
        clearedAt: { time: alarm.clearedAt },
      })),
    },
  };
}

function serviceSection({ registry }: ReportContext, silent: readonly KnownDevice[]): Section {
  return {
    name: 'service',
    title: {
      zh: '需要检修的设备（当天有数据的时间不足一半）',
      en: 'Devices that need service (heard for less than half of the day)',
    },
    table: {
      columns: [
        { name: 'site', label: { zh: '点位', en: 'site' } },
        { name: 'device', label: { zh: '设备', en: 'device' } },
      ],
      rows: silent.map(({ device }) => ({
        site: { text: registry.site(device.park, device.site)?.label ?? same(device.site) },
        device: { text: device.label },
      })),
    },
  };
}

async function ledgerSection({ ledger }: ReportContext, park: string): Promise<Section> {
  const sum = { received: 0, stored: 0, duplicate: 0, quarantined: 0, pending: 0 };
  for (const row of await ledger())
    if (row.park === park) for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += row[name];
  const count = (name: keyof typeof sum, zh: string, en: string) => ({
    ...{ name, label: { zh, en }, cell: { value: sum[name], decimals: 0, unit: '' } },
  });
  return {
    name: 'ledger',
    title: { zh: '数据核对（建园以来）', en: 'Ledger (since the park began)' },
    facts: [
      count('received', '收到', 'received'),
      count('stored', '入库', 'stored'),
      count('duplicate', '重复', 'duplicate'),
      count('quarantined', '隔离', 'quarantined'),
      count('pending', '在途', 'pending'),
    ],
  };
}
