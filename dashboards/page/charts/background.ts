/** Behind the curves: nights, the target band, the limits of the profile, and what was sent later. */
import type uPlot from 'uplot';
import type { Colours } from './colours.ts';
import type { Columns } from './columns.ts';
import type { Line } from './lines.ts';
import { nightsBetween } from './sun.ts';

/** Beyond a season a night is narrower than a pixel. */
const LONGEST_WITH_NIGHTS_MS = 45 * 24 * 3_600_000;

export function drawBackground(made: uPlot, line: Line | undefined, columns: Columns, colours: Colours): void {
  const { ctx } = made;
  const { left, top, width, height } = made.bbox;
  const { min, max } = made.scales.x ?? {};
  if (min == null || max == null) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  if ((max - min) * 1000 <= LONGEST_WITH_NIGHTS_MS) {
    ctx.fillStyle = colours.night;
    for (const [from, to] of nightsBetween(min * 1000, max * 1000)) {
      const start = made.valToPos(from / 1000, 'x', true);
      ctx.fillRect(start, top, made.valToPos(to / 1000, 'x', true) - start, height);
    }
  }
  const band = line?.field.shape === 'number' ? line.band : undefined;
  const scale = made.scales.y0;
  if (band !== undefined && scale?.min != null && scale.max != null) {
    const y = (value: number) => made.valToPos(value, 'y0', true);
    if (band.target) {
      ctx.fillStyle = colours.target;
      const upper = y(Math.min(band.target[1], scale.max));
      ctx.fillRect(left, upper, width, Math.max(0, y(Math.max(band.target[0], scale.min)) - upper));
    }
    const limit = (value: number | undefined, colour: string, dash: number[]) => {
      if (value === undefined) return;
      ctx.strokeStyle = colour;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash(dash.map((each) => each * devicePixelRatio));
      ctx.beginPath();
      ctx.moveTo(left, y(value));
      ctx.lineTo(left + width, y(value));
      ctx.stroke();
    };
    limit(band.warnBelow, colours.warning, [4, 4]);
    limit(band.warnAbove, colours.warning, [4, 4]);
    limit(band.criticalBelow, colours.critical, [8, 3]);
    limit(band.criticalAbove, colours.critical, [8, 3]);
  }
  drawBackfilled(made, columns, colours);
  ctx.restore();
}

/** A thread along the foot wherever the first line's values were sent later than they were measured. */
function drawBackfilled(made: uPlot, { times, flags }: Columns, colours: Colours): void {
  const late = flags[0];
  if (late === undefined || late.size === 0) return;
  const { left, top, height } = made.bbox;
  made.ctx.fillStyle = colours.late;
  const thick = 3 * devicePixelRatio;
  for (const [index, why] of late) {
    if (!why.includes('late')) continue;
    const time = times[index] ?? 0;
    const from = made.valToPos(time, 'x', true);
    const to = made.valToPos(times[index + 1] ?? time, 'x', true);
    made.ctx.fillRect(Math.max(left, from), top + height - thick, Math.max(devicePixelRatio, to - from), thick);
  }
}
