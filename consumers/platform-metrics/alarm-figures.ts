/** Alarms as Grafana reads them from the store: one point an alarm, where it opened, overwritten as it goes on. */
import { ALARM_METRICS, ALARM_STATES } from '../../dashboards/definition/platform-metrics.ts';
import type { Label } from '../../sensors/label.ts';
import type { Figure } from './line.ts';

/** What of an alarm is shown. */
export interface ShownAlarm {
  /** Begins with the epoch ms of its first opening, which never changes. */
  readonly id: string;
  readonly park: string;
  /** Empty where the whole park or the platform is meant. */
  readonly site: string;
  readonly device?: string;
  readonly rule: string;
  readonly severity: 'warning' | 'critical';
  readonly state: string;
  readonly clearedAt?: number;
  readonly acknowledgedBy?: string;
  readonly text: Label;
  readonly seq: number;
}

export function alarmFigure(alarm: ShownAlarm): Figure {
  const { id, park, site, device = '', rule, severity, state, clearedAt, acknowledgedBy = '', text } = alarm;
  return {
    measurement: ALARM_METRICS,
    // Those of one device that open at the same time differ in their rule.
    tags: { park, rule, ...(site !== '' && { site }), ...(device !== '' && { device }) },
    fields: {
      severity: severity === 'critical' ? 2 : 1,
      state: ALARM_STATES.findIndex(({ name }) => name === state),
      text_zh: text.zh,
      text_en: text.en,
      place: [park, site, device].filter(Boolean).join(' / '),
      by: acknowledgedBy,
      ...(clearedAt !== undefined && { ended: clearedAt }),
    },
    time: Number(id.split('-')[0]),
  };
}
