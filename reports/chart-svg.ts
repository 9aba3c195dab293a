/** One field over time as SVG, for pages without scripts: one curve per device, gaps where nothing was measured, a scale and Beijing time. */
import { clockOf, dateTimeOf } from '../base/beijing-time.ts';
import { escapeHtml } from '../base/escape-html.ts';
import type { Point } from '../store/store.ts';

export interface ChartSvg {
  readonly label: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly from: number;
  readonly to: number;
  readonly curves: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** A longer time without a value is a gap, ms. */
  readonly gapMs: number;
}

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 52;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 26;
const TICKS = 4;
const DAY_MS = 24 * 3_600_000;
/** Curves differ in stroke as well as in colour. */
const STROKES = ['', '6 3', '2 3', '8 3 2 3'];

export function chartSvg({ label, symbol, decimals, from, to, curves, gapMs }: ChartSvg): string {
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  if (values.length === 0) return '';
  const [low, high] = widened(Math.min(...values), Math.max(...values));
  const x = (time: number) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => low + ((high - low) * index) / TICKS);
  const times = Array.from({ length: TICKS + 1 }, (_, index) => from + ((to - from) * index) / TICKS);
  const timeText = to - from > DAY_MS ? dateTimeOf : clockOf;
  const grid = ticks.map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(value))}" y2="${px(y(value))}" class="grid"/><text x="${LEFT - 6}" y="${px(y(value) + 4)}" text-anchor="end">${value.toFixed(decimals)}</text>`,
  );
  const clock = times.map((time, index) => {
    const anchor = index === 0 ? 'start' : index === TICKS ? 'end' : 'middle';
    return `<text x="${px(x(time))}" y="${HEIGHT - 8}" text-anchor="${anchor}">${timeText(time)}</text>`;
  });
  const lines = curves.map(({ name, points }, index) => {
    const dash = STROKES[index % STROKES.length] ?? '';
    return `<path d="${pathOf(points, x, y, gapMs)}" class="curve c${index % STROKES.length}" stroke-dasharray="${dash}"><title>${escapeHtml(name)}</title></path>`;
  });
  const title = `${label}, ${symbol}: ${Math.min(...values).toFixed(decimals)} – ${Math.max(...values).toFixed(decimals)}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${[...grid, ...clock, ...lines].join('')}</svg>`;
}

/** Moves across gaps instead of drawing over them. */
function pathOf(
  points: readonly Point[],
  x: (time: number) => number,
  y: (value: number) => number,
  gapMs: number,
): string {
  let before = Number.NEGATIVE_INFINITY;
  const steps = points.map(([time, value]) => {
    const at = `${px(x(time))} ${px(y(value))}`;
    // A single value is a dot.
    const step = time - before > gapMs ? `M${at}h0` : `L${at}`;
    before = time;
    return step;
  });
  return steps.join('');
}

/** A flat line lies in the middle. */
function widened(low: number, high: number): readonly [number, number] {
  const margin = high > low ? (high - low) * 0.08 : Math.max(Math.abs(high) * 0.1, 1);
  return [low - margin, high + margin];
}

const px = (value: number) => value.toFixed(1);
