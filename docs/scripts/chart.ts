/** Draws stacked panels over time as SVG that reads at phone width: nights shaded, Beijing time below, names in both languages. */
import { beijingDate, dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { dayOfYear, solarHour, sunrise } from '../../simulators/weather/sun.ts';
import { KAIJIANG } from '../../simulators/weather/weather.ts';

export interface Series {
  /** `水温 water`, shown in the colour of the line. */
  readonly name: string;
  readonly color: string;
  /** Undefined where nothing was measured: the line breaks. */
  readonly value: (at: number) => number | undefined;
  /** A step holds its value; bars stand on zero; a filled band marks on/off. */
  readonly shape?: 'line' | 'step' | 'bars' | 'on';
}

export interface Panel {
  /** `溶解氧 dissolved oxygen, mg/L`. */
  readonly title: string;
  readonly height?: number;
  readonly series: readonly Series[];
  readonly range?: readonly [number, number];
  /** Dashed lines, named beside the series. */
  readonly limits?: readonly { readonly value: number; readonly name: string }[];
}

export interface Chart {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly panels: readonly Panel[];
}

export const COLORS = {
  blue: '#0b6fa4',
  orange: '#c8561b',
  green: '#2f7d4f',
  purple: '#7a4b9a',
  grey: '#6b7280',
  red: '#b3261e',
} as const;

const WIDTH = 390;
const LEFT = 36;
const RIGHT = 10;
const PANEL = 96;
/** Above a panel: its title, and a second line where lines need names. */
const TITLE = 20;
const LEGEND = 13;
const FOOT = 30;
const INK = '#1f2933';
const DAY = 86_400_000;
const HOUR = 3_600_000;

export function renderChart({ from, to, stepMs, panels }: Chart): string {
  const heights = panels.map((panel) => headingHeight(panel) + (panel.height ?? PANEL));
  const height = heights.reduce((sum, each) => sum + each, 0) + FOOT;
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  let top = 0;
  const drawn = panels.map((panel, index) => {
    const y = top + headingHeight(panel);
    top += heights[index] ?? 0;
    return renderPanel(panel, y, { from, to, stepMs, x });
  });
  const title = panels.map((panel) => panel.title).join('; ');
  return frame(title, height, `${drawn.join('')}${timeAxis(from, to, x, height - FOOT)}`);
}

/** `title` is read aloud where the picture cannot be seen. */
export function frame(title: string, height: number, content: string, width = WIDTH): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif" font-size="11" fill="${INK}"><title>${escapeXml(title)}</title><rect width="${width}" height="${height}" fill="#ffffff"/>${content}</svg>\n`;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly x: (at: number) => number;
}

function renderPanel(panel: Panel, top: number, span: Span): string {
  const height = panel.height ?? PANEL;
  const [low, high] = panel.range ?? rangeOf(panel, span);
  const y = (value: number) => top + height - ((value - low) / (high - low)) * height;
  const inside = (value: number) => Math.min(top + height, Math.max(top, y(value)));
  const ticks = panel.series.every(({ shape }) => shape === 'on') ? [] : ticksOf(low, high);
  const grid = ticks
    .map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${r(y(tick))}" y2="${r(y(tick))}" stroke="#e3e7eb"/><text x="${LEFT - 4}" y="${r(y(tick) + 4)}" text-anchor="end" fill="#52606d">${tick}</text>`,
    )
    .join('');
  const limits = (panel.limits ?? [])
    .map(
      ({ value }) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${r(y(value))}" y2="${r(y(value))}" stroke="${COLORS.red}" stroke-dasharray="2 3"/>`,
    )
    .join('');
  const lines = panel.series.map((series) => renderSeries(series, { low, inside, top, height }, span)).join('');
  return `${nights(span, top, height)}${grid}${lines}${limits}<rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${height}" fill="none" stroke="#9aa5b1"/>${heading(panel, top)}`;
}

function headingHeight(panel: Panel): number {
  return TITLE + (hasLegend(panel) ? LEGEND : 0);
}

function hasLegend({ series, limits = [] }: Panel): boolean {
  return series.length > 1 || limits.length > 0;
}

function heading(panel: Panel, top: number): string {
  const title = `<text x="${LEFT}" y="${top - (hasLegend(panel) ? 5 + LEGEND : 5)}" font-weight="600">${escapeXml(panel.title)}</text>`;
  if (!hasLegend(panel)) return title;
  const names = panel.series
    .filter(({ name }) => name !== '')
    .map(({ name, color }) => `<tspan fill="${color}">━ ${escapeXml(name)} </tspan>`);
  const limits = (panel.limits ?? []).map(({ name }) => `<tspan fill="${COLORS.red}">┄ ${escapeXml(name)} </tspan>`);
  return `${title}<text x="${LEFT}" y="${top - 5}" font-size="10">${[...names, ...limits].join('')}</text>`;
}

interface Area {
  readonly low: number;
  readonly inside: (value: number) => number;
  readonly top: number;
  readonly height: number;
}

function renderSeries({ value, color, shape = 'line' }: Series, area: Area, span: Span): string {
  const { from, to, stepMs, x } = span;
  let path = '';
  let isDown = false;
  let last = area.inside(area.low);
  for (let at = from; at <= to; at += stepMs) {
    const now = value(at);
    if (now === undefined || !Number.isFinite(now)) {
      isDown = false;
      continue;
    }
    const y = area.inside(now);
    if (shape === 'bars' || shape === 'on') {
      if (now > 0) path += `M${r(x(at))} ${r(area.inside(shape === 'on' ? 0 : area.low))}V${r(y)}`;
      continue;
    }
    path += isDown
      ? `${shape === 'step' ? `V${r(last)}H${r(x(at))}V${r(y)}` : `L${r(x(at))} ${r(y)}`}`
      : `M${r(x(at))} ${r(y)}`;
    isDown = true;
    last = y;
  }
  const width = shape === 'bars' || shape === 'on' ? Math.max(0.8, (x(from + stepMs) - x(from)) * 1.02) : 1.4;
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${r(width)}"${shape === 'on' ? ' stroke-opacity="0.75"' : ''}/>`;
}

function rangeOf(panel: Panel, { from, to, stepMs }: Span): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { value, shape } of panel.series) {
    if (shape === 'bars') low = Math.min(low, 0);
    for (let at = from; at <= to; at += stepMs) {
      const now = value(at);
      if (now === undefined) continue;
      low = Math.min(low, now);
      high = Math.max(high, now);
    }
  }
  for (const { value } of panel.limits ?? []) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!Number.isFinite(low) || low === high) return [0, 1];
  const [first = low, ...rest] = ticksOf(low, high);
  const step = (rest[0] ?? high) - first;
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** Three to five round numbers. */
function ticksOf(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-6; tick += step)
    ticks.push(Number(tick.toPrecision(6)));
  return ticks;
}

/** Shades the hours in which the sun is down. */
function nights({ from, to, x }: Span, top: number, height: number): string {
  if (to - from > 10 * DAY) return '';
  let bands = '';
  for (let day = dayNumberOf(from) - 1; day <= dayNumberOf(to); day++) {
    const noon = midnightOf(day) + 12 * HOUR;
    const rise = sunrise(dayOfYear(noon), KAIJIANG.latitude);
    const ahead = solarHour(noon, KAIJIANG.longitude) - 12;
    const set = midnightOf(day) + (24 - rise - ahead) * HOUR;
    const next = midnightOf(day + 1) + (rise - ahead) * HOUR;
    const left = x(Math.max(from, set));
    const right = x(Math.min(to, next));
    if (right > left)
      bands += `<rect x="${r(left)}" y="${top}" width="${r(right - left)}" height="${height}" fill="#eef1f5"/>`;
  }
  return bands;
}

function timeAxis(from: number, to: number, x: (at: number) => number, y: number): string {
  const spanDays = (to - from) / DAY;
  const every = spanDays > 60 ? 30 * DAY : spanDays > 1.6 ? DAY / 2 : spanDays > 0.2 ? 3 * HOUR : HOUR / 6;
  let labels = '';
  const first = midnightOf(dayNumberOf(from));
  for (let at = first; at <= to; at += every) {
    if (at < from) continue;
    const local = beijingDate(at);
    const isMidnight = local.getUTCHours() === 0;
    const text =
      isMidnight && spanDays > 1
        ? `${local.getUTCMonth() + 1}-${local.getUTCDate()}`
        : `${String(local.getUTCHours()).padStart(2, '0')}:${String(local.getUTCMinutes()).padStart(2, '0')}`;
    const place = Math.min(WIDTH - RIGHT - 12, x(at));
    labels += `<line x1="${r(x(at))}" x2="${r(x(at))}" y1="${y}" y2="${y + 4}" stroke="#9aa5b1"/><text x="${r(place)}" y="${y + 15}" text-anchor="middle" fill="#52606d">${text}</text>`;
  }
  return `${labels}<text x="${WIDTH - RIGHT}" y="${y + 27}" text-anchor="end" font-size="9" fill="#52606d">北京时间 Beijing time${spanDays > 10 ? '' : ' · 灰色为夜间 grey: night'}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Tenths are enough for a picture and keep the file small. */
export function r(value: number): string {
  return String(Math.round(value * 10) / 10);
}
