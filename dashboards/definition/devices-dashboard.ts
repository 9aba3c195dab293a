/** 设备与数据质量: the ledger, and for each device its last contact, connection, battery and signal. */
import type { Kind } from '../../sensors/kind.ts';
import type { Dashboard, Panel, TablePanel, Tag } from './dashboard.ts';
import { powerAndSignalOf } from './kind-panels.ts';
import {
  ageMetric,
  connectedMetric,
  DEVICE_METRICS,
  delayMetric,
  ledgerMetrics,
  measuredMetric,
  reasonMetric,
  siteNameMetric,
  stateMetric,
} from './platform-metrics.ts';

const DEVICE: readonly Tag[] = ['park', 'site', 'device', 'kind'];

/** Every device with its state, why, and how old its data is: worst first. */
export function stateTable(): TablePanel {
  return {
    shape: 'table',
    name: 'states',
    title: { zh: '各点位状态（最差在前）', en: 'State of every site, worst first' },
    about: {
      zh: '状态与原因由平台判定，与网页一致；平台停止时此表显示无数据。',
      en: 'State and reason are judged by the platform, as on the page; when the platform stops, this table says so.',
    },
    width: 'full',
    query: {
      measurement: DEVICE_METRICS,
      quantities: [siteNameMetric, stateMetric, reasonMetric, measuredMetric],
      by: DEVICE,
    },
    worstFirst: stateMetric.name,
    linksToSite: true,
  };
}

export function devicesDashboard(kinds: readonly Kind[]): Dashboard {
  const figures = (quantities: Panel['query']['quantities']) => ({
    measurement: DEVICE_METRICS,
    quantities,
    by: DEVICE,
  });
  return {
    name: 'devices',
    title: { zh: '设备与数据质量', en: 'Devices and data quality' },
    about: {
      zh: '收到 = 入库 + 重复 + 隔离 + 待处理，逐台设备对得上。',
      en: 'received = stored + duplicate + quarantined + pending, for every device.',
    },
    kinds,
    choice: 'parks',
    rows: [
      {
        name: 'ledger',
        title: { zh: '数据核对', en: 'Ledger' },
        panels: [
          stateTable(),
          {
            shape: 'table',
            name: 'ledger',
            title: { zh: '每台设备收到与入库', en: 'Received and stored, per device' },
            width: 'full',
            query: figures([...ledgerMetrics, connectedMetric]),
          },
        ],
      },
      {
        name: 'silence',
        title: { zh: '沉默与连接', en: 'Silence and connection' },
        panels: [
          { shape: 'timeseries', name: 'age', title: ageMetric.label, width: 'half', query: figures([ageMetric]) },
          {
            shape: 'timeseries',
            name: 'delay',
            title: delayMetric.label,
            about: {
              zh: '从测量到收到最新读数的时间：网络慢、补传，或设备时钟不准。',
              en: 'From measuring the newest reading to its receipt: a slow network, a backlog, or a clock that is off.',
            },
            width: 'half',
            query: figures([delayMetric]),
          },
          {
            shape: 'states',
            name: 'connected',
            title: connectedMetric.label,
            width: 'full',
            query: figures([connectedMetric]),
          },
          {
            shape: 'states',
            name: 'states-over-time',
            title: { zh: '状态变化', en: 'States over time' },
            width: 'full',
            query: figures([stateMetric]),
          },
        ],
      },
      ...kinds.map((kind) => ({
        name: `${kind.name}-device`,
        title: { zh: `${kind.label.zh} · 电池与信号`, en: `${kind.label.en} · battery and signal` },
        kind,
        isFolded: true as const,
        panels: powerAndSignalOf(kind, 'half'),
      })),
    ],
  };
}
