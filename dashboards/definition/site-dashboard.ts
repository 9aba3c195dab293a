/** One site of a kind: its current values with ages, and every chart of the kind's file. */
import type { Kind } from '../../sensors/kind.ts';
import type { Dashboard } from './dashboard.ts';
import { stateTable } from './devices-dashboard.ts';
import { chartOf, powerAndSignalOf, statsOf, trackOf } from './kind-panels.ts';

export const siteDashboardName = (kind: Pick<Kind, 'name'>) => `site-${kind.name}`;

export function siteDashboard(kind: Kind): Dashboard {
  const track = trackOf(kind, 'full');
  return {
    name: siteDashboardName(kind),
    title: { zh: `点位 · ${kind.label.zh}`, en: `Site · ${kind.label.en.toLowerCase()}` },
    about: {
      zh: '一个点位的全部指标；背景为该点位标准的目标范围与限值，缺口即无数据。',
      en: 'Everything one site measures, before the target and limits of its own profile; a gap is a gap in the data.',
    },
    kinds: [kind],
    subplatform: kind.subplatform,
    choice: 'site',
    rows: [
      { name: 'now', title: { zh: '现在', en: 'Now' }, kind, panels: [...statsOf(kind), stateTable()] },
      {
        name: 'charts',
        title: { zh: '曲线', en: 'Curves' },
        kind,
        panels: kind.panels.map((panel) => chartOf(kind, panel, 'half')),
      },
      ...(track ? [{ name: track.name, title: track.title, kind, panels: [track] }] : []),
      { name: 'device', title: { zh: '设备', en: 'Device' }, kind, panels: powerAndSignalOf(kind, 'half') },
    ],
  };
}
