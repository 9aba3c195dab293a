/** 总览: what is wrong, where, since when; worst first, words before charts. */
import type { Kind } from '../../sensors/kind.ts';
import type { Dashboard, Panel } from './dashboard.ts';
import { stateTable } from './devices-dashboard.ts';
import { comparisonOf, latestTableOf } from './kind-panels.ts';
import { PARK_METRICS, stateCounts } from './platform-metrics.ts';

export function overviewDashboard(kinds: readonly Kind[]): Dashboard {
  return {
    name: 'overview',
    title: { zh: '总览', en: 'Overview' },
    about: {
      zh: '开江县稻渔园区：哪里有问题、从何时起。无数据、读数可疑即为“未知”，绝不显示为正常。',
      en: 'The parks of Kaijiang: what is wrong, where, since when. Silent or doubtful is unknown, never good.',
    },
    kinds,
    choice: 'parks',
    rows: [
      {
        name: 'now',
        title: { zh: '现在', en: 'Now' },
        panels: [
          ...(['critical', 'unknown', 'warning', 'good'] as const).map(
            (state): Panel => ({
              shape: 'stat',
              name: `count-${state}`,
              title: stateCounts[state].label,
              width: 'quarter',
              query: { measurement: PARK_METRICS, quantities: [stateCounts[state]], by: ['park'] },
              isTotal: true,
            }),
          ),
          stateTable(),
        ],
      },
      ...kinds.map((kind) => {
        const compared = comparisonOf(kind, 'full');
        return {
          name: kind.name,
          title: kind.label,
          kind,
          panels: [latestTableOf(kind), ...(compared ? [compared] : [])],
        };
      }),
    ],
  };
}
