/** A uPlot chart in the page: created once for its lines, then updated with data. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { useAppContext } from '../feed/app-context.ts';
import { hasStages } from '../feed/season.ts';
import { optionsFor, RIBBON_HEIGHT, type Shown } from './chart-options.ts';
import { type Gestures, installGestures } from './gestures.ts';
import { StageRibbon } from './stage-ribbon.tsx';
import type { SeriesAnswer } from './use-series.ts';

interface Props extends Shown {
  readonly answer: SeriesAnswer;
  readonly label: string;
  /** Pixels, without the ribbon of stages. */
  readonly height?: number | undefined;
}

const HEIGHT = 220;

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
    const options: uPlot.Options = { ...optionsFor(element, current, language), height };
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
      // Live data does not move the chart during a gesture.
      if (!gestures.isMoving()) made.setScale('x', { min: (to - (answer.to - answer.from)) / 1000, max: to / 1000 });
    });
  }, [columns, answer, shape]);
  const { alarms, events } = props;
  useEffect(() => chart.current?.made.redraw(false), [alarms, events]);

  return (
    <div class="chart-frame">
      <div
        ref={place}
        class="chart"
        role="img"
        aria-label={label}
        data-alarms={alarms.length}
        data-events={events.length}
      />
      {isStaged && plot && (
        <div class="stages-place" style={{ left: `${plot.left}px`, top: `${plot.foot}px`, width: `${plot.width}px` }}>
          <StageRibbon season={season} from={plot.from} to={plot.to} now={fleet.now()} />
        </div>
      )}
    </div>
  );
}

/** Position of the plot in the chart, in CSS pixels, and the time it shows, epoch ms. */
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

/** Strips of switches are stacked, each one unit high. */
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
