/** Alarms on the time axis: a bar along the top of the plot for the duration of each, with a mark at its start. */
import type uPlot from 'uplot';
import type { Alarm } from '../feed/alarm-list.ts';
import type { Colours } from './colours.ts';
import type { Line } from './lines.ts';

export interface AlarmMark {
  readonly severity: Alarm['severity'];
  readonly from: number;
  /** Absent while it lasts. */
  readonly to?: number;
}

/** Alarms of the fields in a chart; an alarm without a field, such as silence, belongs to every chart of its device. */
export function marksOf(alarms: readonly Alarm[], lines: readonly Line[]): readonly AlarmMark[] {
  const isShown = ({ park, device, field }: Alarm) =>
    lines.some(
      (line) =>
        line.device.device.park === park &&
        line.device.device.device === device &&
        (field === undefined || field === line.field.name),
    );
  return alarms
    .filter(isShown)
    .map(({ severity, openedAt, clearedAt }) => ({
      severity,
      from: openedAt,
      ...(clearedAt !== undefined && { to: clearedAt }),
    }))
    .sort((one, other) => Number(one.severity === 'critical') - Number(other.severity === 'critical'));
}

const THICK_PX = 4;
const MARK_PX = 9;

export function drawAlarms(made: uPlot, marks: readonly AlarmMark[], colours: Colours): void {
  const { ctx } = made;
  const { left, top, width } = made.bbox;
  const { max } = made.scales.x ?? {};
  if (max == null) return;
  const right = left + width;
  for (const { severity, from, to } of marks) {
    const start = made.valToPos(from / 1000, 'x', true);
    const end = Math.min(right, made.valToPos(to === undefined ? max : to / 1000, 'x', true));
    if (end < left || start > right) continue;
    ctx.fillStyle = colours[severity];
    ctx.fillRect(
      Math.max(left, start),
      top,
      Math.max(2 * devicePixelRatio, end - Math.max(left, start)),
      THICK_PX * devicePixelRatio,
    );
    if (start < left) continue;
    const half = (MARK_PX / 2) * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(start - half, top);
    ctx.lineTo(start + half, top);
    ctx.lineTo(start, top + MARK_PX * devicePixelRatio);
    ctx.fill();
  }
}
