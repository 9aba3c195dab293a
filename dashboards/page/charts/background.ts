/** The background of a chart: nights, the target band, the limits of the profile, and ranges of backfilled values. */
import type uPlot from 'uplot';
import { nightsBetween } from '../../../analysis/sun.ts';
import type { BandSpell } from '../feed/bands.ts';
import { intervalsBetween } from '../feed/season.ts';
import type { Colours } from './colours.ts';
import type { Columns } from './columns.ts';
import type { Line } from './lines.ts';

const LIMITS = [
  ['warnBelow', 'warning', [4, 4]],
  ['warnAbove', 'warning', [4, 4]],
  ['criticalBelow', 'critical', [8, 3]],
  ['criticalAbove', 'critical', [8, 3]],
] as const;
/** In a longer range a night is narrower than a pixel. */
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
  if (line?.field.shape === 'number') drawBands(made, line.bands, colours);
  drawBackfilled(made, columns, colours);
  ctx.restore();
}

/** The band of each stage over its own days; limits change in steps with the stages. */
function drawBands(made: uPlot, bands: readonly BandSpell[], colours: Colours): void {
  const { ctx } = made;
  const { min, max } = made.scales.x ?? {};
  const scale = made.scales.y0;
  if (min == null || max == null || scale?.min == null || scale.max == null) return;
  const [least, most] = [scale.min, scale.max];
  const shown = intervalsBetween(bands, min * 1000, max * 1000).map(({ from, to, band }) => ({
    left: made.valToPos(from / 1000, 'x', true),
    right: made.valToPos(to / 1000, 'x', true),
    band,
  }));
  const y = (value: number) => made.valToPos(value, 'y0', true);
  ctx.fillStyle = colours.target;
  for (const { left, right, band } of shown) {
    if (band?.target === undefined) continue;
    const upper = y(Math.min(band.target[1], most));
    ctx.fillRect(left, upper, right - left, Math.max(0, y(Math.max(band.target[0], least)) - upper));
  }
  for (const [limit, colour, dash] of LIMITS) {
    ctx.strokeStyle = colours[colour];
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(dash.map((each) => each * devicePixelRatio));
    ctx.beginPath();
    let end: number | undefined;
    for (const { left, right, band } of shown) {
      const value = band?.[limit];
      // Joined to the previous stage if that has the limit too.
      if (value !== undefined && end !== undefined) ctx.lineTo(left, y(value));
      if (value !== undefined && end === undefined) ctx.moveTo(left, y(value));
      if (value !== undefined) ctx.lineTo(right, y(value));
      end = value === undefined ? undefined : right;
    }
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/** A thin line at the bottom where the first line's values were sent later than they were measured. */
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
