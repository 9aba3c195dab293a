/** Why a stored value is *suspect*. Bad values carry no flag: they are withheld from the store and quarantined. */
import type { Label } from './label.ts';

export const FLAGS = {
  spike: { zh: '突跳', en: 'spike' },
  stuck: { zh: '读数卡住', en: 'stuck' },
  clamped: { zh: '已归零', en: 'clamped' },
  clock: { zh: '时钟可疑', en: 'clock doubtful' },
  late: { zh: '补传', en: 'late' },
} as const satisfies Record<string, Label>;

export type Flag = keyof typeof FLAGS;
