/** Alarms of a period with the names of their places. */
import type { Alarm } from '../alarms/alarm.ts';
import type { Span } from '../analysis/windows.ts';
import type { Label } from '../sensors/label.ts';
import type { ReportContext } from './context.ts';
import { same } from './report.ts';

export interface NamedAlarm {
  readonly alarm: Alarm;
  readonly site: Label;
}

/** More lines than this belong on a screen. */
const MOST = 200;
const DRILL = 'drill';

/** In the order in which they opened. */
export async function namedAlarms(
  { alarmLog, registry }: Pick<ReportContext, 'alarmLog' | 'registry'>,
  { park, site, from, to }: Span & { readonly park: string; readonly site?: string },
): Promise<readonly NamedAlarm[]> {
  const found: NamedAlarm[] = [];
  for await (const alarm of alarmLog.alarms({ park, from, to })) {
    if (site !== undefined && alarm.site !== site) continue;
    found.push({ alarm, site: registry.site(alarm.park, alarm.site)?.label ?? same(alarm.site) });
    if (found.length >= MOST) break;
  }
  return found;
}

export const isVisible = ({ alarm }: NamedAlarm) => alarm.rule !== DRILL;
