/** The options of a uPlot chart for its lines: scales, axes, series, envelopes and hooks. With chart.tsx the only file that knows the library. */
import uPlot from 'uplot';
import { hasStages, intervalsBetween } from '../feed/season.ts';
import { type AlarmMark, drawAlarms } from './alarm-marks.ts';
import { drawBackground } from './background.ts';
import { boundsOf } from './bounds.ts';
import { type Colours, coloursOf } from './colours.ts';
import type { Columns } from './columns.ts';
import { drawEvents, type EventMark } from './event-marks.ts';
import { hollowPoints } from './hollow-points.ts';
import type { Line } from './lines.ts';
import { timeLabels } from './time-labels.ts';

/** What the chart shows now; the options read it at each drawing. */
export interface Shown {
  readonly lines: readonly Line[];
  readonly columns: Columns;
  readonly alarms: readonly AlarmMark[];
  readonly events: readonly EventMark[];
  readonly onPoint: (index: number | undefined) => void;
  readonly onWindow: (window: readonly [number, number] | undefined) => void;
}

interface Plan {
  readonly element: HTMLElement;
  readonly current: { readonly current: Shown };
  readonly language: 'zh' | 'en';
  readonly lines: readonly Line[];
  readonly colours: Colours;
  /** Symbols of the units of curves; each has an axis. */
  readonly units: readonly string[];
  /** Lines of switches and enumerations, drawn as strips. */
  readonly strips: number;
  /** Where the numbers of each axis begin: the part below belongs to the strips and has no numbers. */
  readonly floors: number[];
}

/** Space between the plot and the labels of its time axis, for the ribbon of stages. */
export const RIBBON_HEIGHT = 20;
/** Width of a digit in the font of the axes. */
const DIGIT_PX = 7.2;
/** Share of the curves' height that strips take beneath them. */
const STRIPS_SHARE = 0.3;
/** All charts of the page share one crosshair. */
const CROSSHAIR = 'site';

export function optionsFor(
  element: HTMLElement,
  current: { readonly current: Shown },
  language: 'zh' | 'en',
): Omit<uPlot.Options, 'height'> {
  const { lines } = current.current;
  const plan: Plan = {
    ...{ element, current, language, lines, colours: coloursOf(element), floors: [] },
    units: [...new Set(lines.filter(isCurve).map(({ field }) => field.symbol))],
    strips: lines.filter((line) => !isCurve(line)).length,
  };
  return {
    width: element.clientWidth,
    padding: [10, plan.units.length > 1 ? 0 : 30, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => new Date((seconds + 8 * 3600) * 1000 + new Date(seconds * 1000).getTimezoneOffset() * 60_000),
    cursor: {
      sync: { key: CROSSHAIR, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 7 },
      y: false,
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: scalesOf(plan),
    axes: axesOf(plan),
    series: [{}, ...lines.flatMap((line, index) => seriesOf(line, index, plan))],
    bands: envelopesOf(plan),
    hooks: hooksOf(plan),
  };
}

const isCurve = ({ field }: Line): boolean => field.shape === 'number';

function scaleOf({ field }: Line, { units }: Plan): string {
  return field.shape === 'number' ? `y${units.indexOf(field.symbol)}` : 'strip';
}

function scalesOf({ current, units, strips, floors }: Plan): uPlot.Scales {
  const scales: uPlot.Scales = { x: { time: true, auto: false } };
  units.forEach((symbol, order) => {
    scales[`y${order}`] = {
      // The library passes the least and greatest visible value, envelopes included.
      range: (made, least, most) => {
        const line = current.current.lines.find(({ field }) => field.symbol === symbol && field.shape === 'number');
        const { min, max } = made.scales.x ?? {};
        const visible = intervalsBetween(line?.bands ?? [], (min ?? 0) * 1000, (max ?? 0) * 1000);
        const values = least == null || most == null ? [] : [least, most];
        const [low, high] = boundsOf(values, ...visible.map(({ band }) => band));
        floors[order] = low;
        return [strips === 0 ? low : low - (high - low) * STRIPS_SHARE, high];
      },
    };
  });
  // With curves above them, strips keep to the foot of the chart.
  scales.strip = { range: () => [0, units.length === 0 ? strips : strips * 5] };
  return scales;
}

function axesOf({ lines, colours, units, strips, floors, language }: Plan): uPlot.Axis[] {
  const axis = {
    stroke: colours.muted,
    font: colours.font,
    grid: { stroke: colours.rule, width: 1 },
    ticks: { show: false },
  };
  const aboveStrips = (order: number) => (_: uPlot, splits: number[]) =>
    splits.map((split) => (split < (floors[order] ?? Number.NEGATIVE_INFINITY) ? null : split));
  return [
    {
      ...axis,
      values: timeLabels(language),
      space: 64,
      grid: { show: false },
      ...(hasStages(lines[0]?.device.season ?? []) && { gap: 5 + RIBBON_HEIGHT, size: 50 + RIBBON_HEIGHT }),
    },
    ...units.map((symbol, order) => ({
      ...axis,
      scale: `y${order}`,
      ...(strips > 0 && { filter: aboveStrips(order) as uPlot.Axis.Filter }),
      side: (order === 0 ? 3 : 1) as uPlot.Axis.Side,
      size: widthOf,
      gap: 6,
      ...shownAxis(lines.find(({ field }) => field.symbol === symbol && field.shape === 'number')?.field, language),
      labelSize: 18,
      labelGap: 0,
      labelFont: colours.font,
      grid:
        order > 0
          ? { show: false }
          : { ...axis.grid, ...(strips > 0 && { filter: aboveStrips(order) as uPlot.Axis.Filter }) },
    })),
    ...(units.length === 0
      ? [{ ...axis, scale: 'strip', side: 3 as const, size: 12, values: () => [], grid: { show: false } }]
      : []),
  ];
}

/** Ticks stay where they are in the field's own unit, and are read in the one that the installation shows. */
function shownAxis(field: Line['field'] | undefined, language: 'zh' | 'en'): Pick<uPlot.Axis, 'label' | 'values'> {
  const shown = field?.shown;
  if (field === undefined || shown === undefined) return { label: field?.symbol ?? '' };
  const read = (split: number | null) => (split === null ? null : String(Number((split * shown.factor).toFixed(2))));
  return { label: shown.symbol[language], values: (_made, splits) => splits.map(read) };
}

/** A line is three series: its values, and the two edges of its envelope, which are invisible themselves. */
function seriesOf(line: Line, index: number, plan: Plan): uPlot.Series[] {
  const { lines, colours, current } = plan;
  const scale = scaleOf(line, plan);
  const own = colours.series[index % colours.series.length] ?? colours.muted;
  const colour = line.isRaw ? colours.muted : own;
  const isStrip = !isCurve(line);
  const hidden: uPlot.Series = { scale, stroke: 'transparent', width: 0, points: { show: false } };
  const stepped = isStrip ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return [
    {
      scale,
      stroke: colour,
      width: isStrip ? 1.5 : line.isRaw ? 0.75 : 1.75,
      ...(line.isRaw && { dash: [4, 3] }),
      ...(stepped && {
        paths: stepped,
        fill: `color-mix(in oklch, ${colour} 22%, transparent)`,
        fillTo: stripFoot(lines, line),
      }),
      points: {
        show: !isStrip,
        size: 6,
        width: 1.5,
        stroke: colour,
        fill: colours.surface,
        // Rings along a strip would only hide it.
        filter: (_made, seriesIndex) => (isStrip ? null : hollowPoints(current.current, seriesIndex - 1)),
      },
    },
    hidden,
    hidden,
  ];
}

/** Raw readings have no envelope; the series exist all the same, so that a gesture continues from windows to raw readings. */
function envelopesOf({ lines, colours }: Plan): uPlot.Band[] {
  return lines.flatMap((line, index) =>
    line.field.shape !== 'number' || line.field.isIntervalSum
      ? []
      : [
          {
            series: [index * 3 + 3, index * 3 + 2] as [number, number],
            fill: `color-mix(in oklch, ${colours.series[index % colours.series.length]} 20%, transparent)`,
          },
        ],
  );
}

function hooksOf({ element, current, colours }: Plan): uPlot.Hooks.Arrays {
  return {
    draw: [
      (made) => drawEvents(made, current.current.events, colours),
      (made) => drawAlarms(made, current.current.alarms, colours),
    ],
    drawClear: [(made) => drawBackground(made, current.current.lines[0], current.current.columns, colours)],
    setScale: [
      (made, key) => {
        // The drawn range in epoch ms, for tests: a canvas does not show it.
        if (key !== 'x') return;
        element.dataset.from = String(Math.round((made.scales.x?.min ?? 0) * 1000));
        element.dataset.to = String(Math.round((made.scales.x?.max ?? 0) * 1000));
      },
    ],
    setCursor: [(made) => current.current.onPoint(made.cursor.idx ?? undefined)],
    setSelect: [
      (made) => {
        if (made.select.width < 8) return;
        const from = made.posToVal(made.select.left, 'x') * 1000;
        const to = made.posToVal(made.select.left + made.select.width, 'x') * 1000;
        made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        current.current.onWindow([from, to]);
      },
    ],
  };
}

/** Fits the numbers, so that the unit stands beside them. May only grow within a layout cycle, as the library requires. */
function widthOf(made: uPlot, values: readonly string[] | null, axis: number, cycle: number): number {
  const own = made.axes[axis] as { readonly _size?: number } | undefined;
  if (cycle > 1) return own?._size ?? 0;
  const longest = Math.max(2, ...(values ?? []).map(({ length }) => length));
  return Math.ceil(longest * DIGIT_PX) + 10;
}

function stripFoot(lines: readonly Line[], line: Line): () => number {
  const strips = lines.filter(({ field }) => field.shape !== 'number');
  return () => strips.length - 1 - strips.indexOf(line) + 0.12;
}
