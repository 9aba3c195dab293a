/** What people did, on the time axis: a dashed line through the plot, with the first letter of its kind at the foot. */
import type uPlot from 'uplot';
import type { Colours } from './colours.ts';

export interface EventMark {
  /** Epoch ms. */
  readonly at: number;
  /** Of its kind, in the language of the page. */
  readonly name: string;
}

const BOX_PX = 15;
const DASH_PX = [2, 3];

export function drawEvents(made: uPlot, marks: readonly EventMark[], colours: Colours): void {
  const { ctx } = made;
  const { left, top, width, height } = made.bbox;
  const scale = devicePixelRatio;
  const box = BOX_PX * scale;
  ctx.save();
  ctx.font = colours.font;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  let lastBox = Number.NEGATIVE_INFINITY;
  for (const { at, name } of marks) {
    const x = Math.round(made.valToPos(at / 1000, 'x', true));
    if (x < left || x > left + width) continue;
    ctx.strokeStyle = colours.muted;
    ctx.lineWidth = scale;
    ctx.setLineDash(DASH_PX.map((px) => px * scale));
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    // Letters that would lie on one another tell nothing; the list beneath has them all.
    if (x - lastBox < box) continue;
    lastBox = x;
    const y = top + height - box / 2 - scale;
    ctx.fillStyle = colours.surface;
    ctx.fillRect(x - box / 2, y - box / 2, box, box);
    ctx.setLineDash([]);
    ctx.strokeRect(x - box / 2, y - box / 2, box, box);
    ctx.fillStyle = colours.ink;
    ctx.fillText([...name][0]?.toUpperCase() ?? '', x, y);
  }
  ctx.restore();
}
