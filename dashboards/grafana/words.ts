/** Texts of Grafana's panels that are not in the definition. */
import type { Label } from '../../sensors/label.ts';

export const WORDS = {
  noData: {
    zh: '此时段没有数据：未上报，或仅在更早之前',
    en: 'No data in this time: nothing was reported, or only before',
  },
  platformSilent: {
    zh: '平台 10 分钟内没有写入状态：请检查平台是否在运行',
    en: 'The platform has written no state for 10 minutes: is it running?',
  },
  measured: { zh: '测于', en: 'measured' },
  written: { zh: '判定于', en: 'judged' },
  park: { zh: '园区', en: 'Park' },
  site: { zh: '点位', en: 'Site' },
  device: { zh: '设备', en: 'Device' },
  kind: { zh: '类型', en: 'Kind' },
  consumer: { zh: '消费者', en: 'Consumer' },
  openSite: { zh: '打开该点位', en: 'Open this site' },
  others: { zh: '其他看板', en: 'Other dashboards' },
} as const satisfies Record<string, Label>;
