/** A uPlot chart in the page: made once for its lines, then fed; the only file that knows the library. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { isDoubtful } from '../../../sensors/flag.ts';
import { useAppContext } from '../feed/app-context.ts';
import { hasStages, intervalsBetween } from '../feed/season.ts';
import { type AlarmMark, drawAlarms } from './alarm-marks.ts';
import { drawBackground } from './background.ts';
import { boundsOf } from './bounds.ts';
import { coloursOf } from './colours.ts';
import type { Columns } from './columns.ts';
import { type Gestures, installGestures } from './gestures.ts';
import type { Line } from './lines.ts';
import { StageRibbon } from './stage-ribbon.tsx';
import { timeLabels } from './time-labels.ts';
import type { SeriesAnswer } from './use-series.ts';

interface Props {
  readonly lines: readonly Line[];
  readonly columns: Columns;
  readonly answer: SeriesAnswer;
  readonly label: string;
  /** Pixels, without the ribbon of stages. */
  readonly height?: number | undefined;
  /** Of what it shows. */
  readonly alarms: readonly AlarmMark[];
  readonly onPoint: (index: number | undefined) => void;
  readonly onWindow: (window: readonly [number, number] | undefined) => void;
}

const HEIGHT = 220;
/** A digit of the axis' font. */
const DIGIT_PX = 7.2;
/** Between the plot and the labels of its time axis. */
const RIBBON_HEIGHT = 20;
/** Of the height that curves have, beneath them, for the strips of switches. */
const STRIPS_SHARE = 0.3;
/** All charts of the page share one crosshair. */
const CROSSHAIR = 'site';

export function Chart(props: Props) {
  const { lines, columns, answer, label } = props;
  const { language, theme, fleet } = useAppContext();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<{ readonly made: uPlot; readonly gestures: Gestures } | undefined>(undefined);
  const [plot, setPlot] = useState<Plot>();
  const season = lines[0]?.device.season ?? [];
  const isStaged = hasStages(season);
  const current = useRef(props);
  current.current = props;
  const { height: plain = HEIGHT } = props;
  const shape = `${lines.map(({ key }) => key).join()}|${language}|${theme}|${isStaged}|${plain}`;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const height = isStaged ? plain + RIBBON_HEIGHT : plain;
    const options = { ...optionsFor(element, current, language), height };
    if (isStaged)
      options.hooks = { ...options.hooks, draw: [...(options.hooks?.draw ?? []), (drawn) => setPlot(plotOf(drawn))] };
    const made = new uPlot(options, dataOf(current.current), element);
    const gestures = installGestures(made, (window) => current.current.onWindow(window));
    chart.current = { made, gestures };
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      gestures.stop();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    if (chart.current === undefined) return;
    const { made, gestures } = chart.current;
    const to = answer.isFollowing ? Math.max(answer.to, fleet.now()) : answer.to;
    made.batch(() => {
      made.setData(dataOf(props), false);
      // What comes live does not pull the picture from under a finger.
      if (!gestures.isMoving()) made.setScale('x', { min: (to - (answer.to - answer.from)) / 1000, max: to / 1000 });
    });
  }, [columns, answer, shape]);
  const { alarms } = props;
  useEffect(() => chart.current?.made.redraw(false), [alarms]);

  return (
    <div class="chart-frame">
      <div ref={place} class="chart" role="img" aria-label={label} data-alarms={alarms.length} />
      {isStaged && plot && (
        <div class="stages-place" style={{ left: `${plot.left}px`, top: `${plot.foot}px`, width: `${plot.width}px` }}>
          <StageRibbon season={season} from={plot.from} to={plot.to} now={fleet.now()} />
        </div>
      )}
    </div>
  );
}

/** Where the plot lies in the chart, in pixels of the page, and the time it shows, epoch ms. */
interface Plot {
  readonly left: number;
  readonly width: number;
  readonly foot: number;
  readonly from: number;
  readonly to: number;
}

function plotOf({ bbox, scales }: uPlot): Plot {
  const [left, width, foot] = [bbox.left, bbox.width, bbox.top + bbox.height].map((each) => each / devicePixelRatio);
  const { min, max } = scales.x ?? {};
  return { left: left ?? 0, width: width ?? 0, foot: foot ?? 0, from: (min ?? 0) * 1000, to: (max ?? 1) * 1000 };
}

/** Strips of switches lie side by side in units of one. */
function dataOf({ lines, columns }: Props): uPlot.AlignedData {
  const strips = lines.filter(({ field }) => field.shape !== 'number');
  const values = columns.values.map((column, index) => {
    const line = lines[Math.floor(index / 3)];
    if (line === undefined || line.field.shape === 'number') return column;
    const order = strips.length - 1 - strips.indexOf(line);
    const most = Math.max(1, ...Object.keys(line.field.choices ?? {}).map(Number));
    return column.map((value) => (value == null ? value : order + 0.12 + (value / most) * 0.7));
  });
  return [columns.times, ...values] as uPlot.AlignedData;
}

function optionsFor(element: HTMLElement, current: { readonly current: Props }, language: 'zh' | 'en'): uPlot.Options {
  const { lines } = current.current;
  const colours = coloursOf(element);
  const strips = lines.filter(({ field }) => field.shape !== 'number').length;
  const units = [...new Set(lines.filter(({ field }) => field.shape === 'number').map(({ field }) => field.symbol))];
  const scaleOf = (line: Line) => (line.field.shape === 'number' ? `y${units.indexOf(line.field.symbol)}` : 'strip');
  const axis = {
    stroke: colours.muted,
    font: colours.font,
    grid: { stroke: colours.rule, width: 1 },
    ticks: { show: false },
  };
  const scales: uPlot.Scales = { x: { time: true, auto: false } };
  /** Where the numbers of each axis begin: what lies below belongs to the strips and has no number. */
  const floors: number[] = [];
  const aboveStrips = (order: number) => (_: uPlot, splits: number[]) =>
    splits.map((split) => (split < (floors[order] ?? Number.NEGATIVE_INFINITY) ? null : split));
  units.forEach((symbol, order) => {
    scales[`y${order}`] = {
      // The library gives least and most of what lies in sight, envelopes included.
      range: (made, least, most) => {
        const line = current.current.lines.find(({ field }) => field.symbol === symbol && field.shape === 'number');
        const { min, max } = made.scales.x ?? {};
        const inSight = intervalsBetween(line?.bands ?? [], (min ?? 0) * 1000, (max ?? 0) * 1000);
        const values = least == null || most == null ? [] : [least, most];
        const [low, high] = boundsOf(values, ...inSight.map(({ band }) => band));
        floors[order] = low;
        return [strips === 0 ? low : low - (high - low) * STRIPS_SHARE, high];
      },
    };
  });
  // Beside curves the strips keep to the foot of the chart.
  scales.strip = { range: () => [0, units.length === 0 ? strips : strips * 5] };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [10, units.length > 1 ? 0 : 30, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => new Date((seconds + 8 * 3600) * 1000 + new Date(seconds * 1000).getTimezoneOffset() * 60_000),
    cursor: {
      sync: { key: CROSSHAIR, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 7 },
      y: false,
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales,
    axes: [
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
        label: symbol,
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
    ],
    series: [
      {},
      ...lines.flatMap((line, index): uPlot.Series[] => {
        const colour = colours.series[index % colours.series.length] ?? colours.muted;
        const isStrip = line.field.shape !== 'number';
        const hidden: uPlot.Series = { scale: scaleOf(line), stroke: 'transparent', width: 0, points: { show: false } };
        const stepped = isStrip ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
        return [
          {
            scale: scaleOf(line),
            stroke: colour,
            width: isStrip ? 1.5 : 1.75,
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
              // A strip is a band already: rings along it would only hide it.
              filter: (_made, seriesIndex) => (isStrip ? null : hollow(current.current, seriesIndex - 1)),
            },
          },
          hidden,
          hidden,
        ];
      }),
    ],
    // Raw readings have no envelope; the chart is the same, so that a gesture goes on from one to the other.
    bands: lines.flatMap((line, index) =>
      line.field.shape !== 'number' || line.field.isIntervalSum
        ? []
        : [
            {
              series: [index * 3 + 3, index * 3 + 2] as [number, number],
              fill: `color-mix(in oklch, ${colours.series[index % colours.series.length]} 20%, transparent)`,
            },
          ],
    ),
    hooks: {
      draw: [(made) => drawAlarms(made, current.current.alarms, colours)],
      drawClear: [(made) => drawBackground(made, current.current.lines[0], current.current.columns, colours)],
      setScale: [
        (made, key) => {
          // Which times are drawn, epoch ms: a canvas does not tell.
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
    },
  };
}

/** As wide as its numbers, so that the unit stands beside them. Grows only within a cycle of layout, as the library asks. */
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

/** Suspect points, and those that stand alone between gaps and would not be seen otherwise. */
function hollow({ columns, lines }: Pick<Props, 'columns' | 'lines'>, at: number): number[] | null {
  const { times, values, flags } = columns;
  const column = values[at];
  // A line is three columns: its values and their envelope.
  const shares = lines[Math.floor(at / 3)]?.shares;
  const isIncomplete = (index: number) => shares?.get(Math.round((times[index] ?? 0) * 1000))?.isIncomplete === true;
  if (column === undefined) return null;
  const found: number[] = [];
  for (let index = 0; index < column.length; index++) {
    if (column[index] == null) continue;
    if (isDoubtful(flags[at]?.get(index)) || isIncomplete(index) || isAlone(column, index)) found.push(index);
  }
  return found;
}

function isAlone(column: readonly (number | null | undefined)[], at: number): boolean {
  const breaks = (step: 1 | -1) => {
    for (let index = at + step; index >= 0 && index < column.length; index += step) {
      if (column[index] === null) return true;
      if (column[index] !== undefined) return false;
    }
    return true;
  };
  return breaks(-1) && breaks(1);
}
