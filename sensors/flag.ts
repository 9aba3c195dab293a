/** Why a stored value is *suspect*. Bad values carry no flag: they are withheld from the store and quarantined. */
import type { Label } from './label.ts';

export const FLAGS = {
  spike: { zh: '突跳', en: 'spike' },
  stuck: { zh: '读数卡住', en: 'stuck' },
  clamped: { zh: '已归零', en: 'clamped' },
  clock: { zh: '时钟可疑', en: 'clock doubtful' },
  late: { zh: '补传', en: 'late' },
  startup: { zh: '上电零值', en: 'start-up zero' },
} as const satisfies Record<string, Label>;

export type Flag = keyof typeof FLAGS;

/**
 * Flags of doubtful values, which decide no alarm and are left out of windows. The other flags describe good values: `clamped` is a true zero, `late`
 * a value that arrived after an outage.
 */
export const DOUBTS: readonly Flag[] = ['spike', 'stuck', 'clock', 'startup'];

export function isDoubtful(flags: readonly Flag[] | undefined): boolean {
  return flags?.some((flag) => DOUBTS.includes(flag)) ?? false;
}
