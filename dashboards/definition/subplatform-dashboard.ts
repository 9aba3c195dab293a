/** 智慧渔业, 智慧水稻, 智慧加工…: one quantity after the other, each for all sites side by side on their own bands. */
import type { Kind } from '../../sensors/kind.ts';
import { SUBPLATFORMS } from '../../sensors/subplatforms.ts';
import type { Dashboard, Row } from './dashboard.ts';
import { chartOf, latestTableOf, trackOf } from './kind-panels.ts';

export function subplatformDashboard(name: keyof typeof SUBPLATFORMS, kinds: readonly Kind[]): Dashboard {
  const { zh, en } = SUBPLATFORMS[name];
  const list = (language: 'zh' | 'en') => kinds.map(({ label }) => label[language]);
  return {
    name,
    title: {
      zh: `${zh} · ${list('zh').join('、')}`,
      en: `${en} · ${list('en').join(', ').toLowerCase()}`,
    },
    about: {
      zh: '各点位同一指标并排，背景为该点位自己的目标范围与限值。',
      en: 'The same measure of all sites side by side, each before the target and limits of its own profile.',
    },
    kinds,
    subplatform: name,
    choice: 'sites',
    rows: kinds.flatMap(rowsOf),
  };
}

function rowsOf(kind: Kind): readonly Row[] {
  const track = trackOf(kind, 'half');
  const row = (given: Omit<Row, 'kind'>): Row => ({ ...given, kind });
  return [
    row({ name: `${kind.name}-latest`, title: kind.label, panels: [latestTableOf(kind)] }),
    ...kind.panels.map((panel) =>
      row({
        name: `${kind.name}-${panel.fields.join('-')}`,
        title: { zh: `${kind.label.zh} · ${panel.title.zh}`, en: `${kind.label.en} · ${panel.title.en}` },
        each: 'site',
        // Primary quantities are open; the others are collapsed and query the store only when opened.
        ...(!panel.fields.some((field) => kind.primary.includes(field)) && { isFolded: true as const }),
        panels: [chartOf(kind, panel, 'third')],
      }),
    ),
    ...(track ? [row({ name: track.name, title: track.title, each: 'site', panels: [track] })] : []),
  ];
}
