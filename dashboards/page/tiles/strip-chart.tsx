/** A day or a week of one site at a glance: curves on their band, nights, switches beneath, extremes named; without interaction. */
import type { ComponentChildren } from 'preact';
import { nightsBetween } from '../../../analysis/sun.ts';
import { formatAmount, formatNumber, formatValue } from '../../../sensors/format.ts';
import type { Field } from '../../../sensors/kind.ts';
import type { Limits } from '../../../sensors/limits.ts';
import type { Point } from '../../../store/store.ts';
import { boundsOf } from '../charts/bounds.ts';
import { StageRibbon } from '../charts/stage-ribbon.tsx';
import { useLanguage } from '../feed/app-context.ts';
import type { BandSpell } from '../feed/bands.ts';
import { hasStages, intervalsBetween, type ProfileInterval } from '../feed/season.ts';
import { formatClock, formatDay, formatMoment } from '../language/format-time.ts';
import { ticksBetween } from './ticks.ts';

export interface Curve {
  readonly key: string;
  readonly name: string;
  readonly points: readonly Point[];
  /** Place in the series colours. */
  readonly colour: number;
}

export interface Ribbon {
  readonly key: string;
  readonly field: Field;
  readonly points: readonly Point[];
}

interface Props {
  readonly field: Field;
  readonly curves: readonly Curve[];
  readonly ribbons: readonly Ribbon[];
  /** Sums of a window, such as rain. */
  readonly bars?: Ribbon | undefined;
  /** Limits of the field as they change with the stages of the site. */
  readonly bands: readonly BandSpell[];
  readonly season: readonly ProfileInterval[];
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** Points further apart are a gap. */
  readonly gapMs: number;
  readonly stepMs: number;
}

const LIMITS = [
  ['warnBelow', 'warning'],
  ['warnAbove', 'warning'],
  ['criticalBelow', 'critical'],
  ['criticalAbove', 'critical'],
] as const;
const WIDTH = 1000;
const HEIGHT = 100;
const DAY = 86_400_000;

export function StripChart({ field, curves, ribbons, bars, bands, season, from, to, now, gapMs, stepMs }: Props) {
  const { language } = useLanguage();
  const inSight = intervalsBetween(bands, from, to);
  const shown = curves.map((curve) => ({ ...curve, points: curve.points.filter(([time]) => time >= from) }));
  const [low, high] = boundsOf(
    shown.flatMap(({ points }) => points.map(([, value]) => value)),
    ...inSight.map(({ band }) => band),
  );
  const x = (time: number) => Math.round(((time - from) / (to - from)) * WIDTH * 10) / 10;
  const share = (value: number) => 1 - (value - low) / (high - low);
  const y = (value: number) => Math.round(share(value) * HEIGHT * 10) / 10;
  const isWithin = (value: number | undefined): value is number => value !== undefined && value > low && value < high;
  const newest = inSight.at(-1)?.band;
  const [lead] = shown;
  return (
    <figure
      class="strip"
      role="img"
      aria-label={
        sentenceOf(field, lead?.points ?? [], language) + stagesWords(intervalsBetween(season, from, to), language)
      }
    >
      <div class="strip-plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {to - from <= 45 * DAY &&
            nightsBetween(from, to).map(([start, end]) => (
              <rect key={start} class="spark-night" x={x(start)} y="0" width={x(end) - x(start)} height={HEIGHT} />
            ))}
          {inSight.map(
            ({ from: start, to: end, band }) =>
              band?.target && (
                <rect
                  key={start}
                  class="spark-band"
                  x={x(start)}
                  width={x(end) - x(start)}
                  y={y(Math.min(band.target[1], high))}
                  height={Math.max(0, y(Math.max(band.target[0], low)) - y(Math.min(band.target[1], high)))}
                />
              ),
          )}
          {bars && <Bars points={bars.points} from={from} x={x} stepMs={stepMs} />}
          {LIMITS.map(([limit, kind]) => (
            <path key={limit} class={`strip-${kind}`} d={stepsOf(inSight, limit, isWithin, x, y)} />
          ))}
          {shown.map(({ key, points, colour }) => (
            <path key={key} class={`strip-line line-${colour % 6}`} d={pathOf(points, gapMs, x, y)} />
          ))}
        </svg>
        {[newest?.criticalBelow, newest?.criticalAbove].filter(isWithin).map((limit) => (
          <Mark key={limit} at={[1, share(limit)]} kind="limit">
            {field.shown ? formatAmount(field, limit) : formatNumber(limit, Math.min(1, field.decimals))}
          </Mark>
        ))}
        {lead && <Extremes points={lead.points} field={field} x={(time) => (time - from) / (to - from)} y={share} />}
      </div>
      {bars && <p class="strip-sum">{sumOf(bars, from, language)}</p>}
      {ribbons.map((ribbon) => (
        <div key={ribbon.key} class="ribbon">
          <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
            {runsOf(ribbon.points, stepMs, gapMs).map(([start, end, isOn]) => (
              <rect
                key={start}
                class={isOn ? 'on' : 'off'}
                x={x(Math.max(start, from))}
                y={isOn ? 0 : 6}
                width={Math.max(1.5, x(Math.min(end, to)) - x(Math.max(start, from)))}
                height={isOn ? 10 : 4}
              />
            ))}
          </svg>
          <span>{ribbon.field.label[language]}</span>
        </div>
      ))}
      {hasStages(season) && (
        <div aria-hidden="true">
          <StageRibbon season={season} from={from} to={to} now={now} />
        </div>
      )}
      <div class="strip-times" aria-hidden="true">
        {ticksBetween(from, to).map(({ time, isDay }) => (
          <span
            key={time}
            class={[isDay && 'day', time > to - (to - from) * 0.04 && 'end'].filter(Boolean).join(' ')}
            style={{ left: `${((time - from) / (to - from)) * 100}%` }}
          >
            {isDay ? formatDay(time, language) : formatClock(time)}
          </span>
        ))}
      </div>
    </figure>
  );
}

interface BarsProps {
  readonly points: readonly Point[];
  readonly from: number;
  readonly stepMs: number;
  readonly x: (time: number) => number;
}

/** Drawn from the top, like rain; the height of the plot is the maximum, at least ten. */
function Bars({ points, from, x, stepMs }: BarsProps) {
  const shown = points.filter(([time, value]) => time >= from && value > 0);
  const most = Math.max(10, ...shown.map(([, value]) => value));
  const width = Math.max(2, x(from + stepMs) * 0.8);
  return (
    <>
      {shown.map(([time, value]) => (
        <rect key={time} class="strip-bar" x={x(time)} y="0" width={width} height={(value / most) * HEIGHT * 0.6} />
      ))}
    </>
  );
}

function sumOf({ field, points }: Ribbon, from: number, language: 'zh' | 'en'): string {
  const sum = points.reduce((total, [time, value]) => (time >= from ? total + value : total), 0);
  return `${field.label[language]} ${formatValue(field, sum, language)}`;
}

interface MarkProps {
  readonly at: readonly [x: number, y: number];
  readonly kind: 'limit' | 'least' | 'most';
  readonly children: ComponentChildren;
}

function Mark({ at: [x, y], kind, children }: MarkProps) {
  // Near an edge the label is placed inward.
  const side = x > 0.8 ? 'left' : 'right';
  return (
    <span class={`strip-mark ${kind} ${side}`} style={{ left: `${x * 100}%`, top: `${y * 100}%` }} aria-hidden="true">
      {children}
    </span>
  );
}

interface ExtremesProps {
  readonly points: readonly Point[];
  readonly field: Field;
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
}

function Extremes({ points, field, x, y }: ExtremesProps) {
  const { least, most } = extremesOf(points);
  if (least === undefined || most === undefined || least[1] === most[1]) return null;
  return (
    <>
      <Mark at={[x(least[0]), y(least[1])]} kind="least">
        {formatAmount(field, least[1])}
      </Mark>
      <Mark at={[x(most[0]), y(most[1])]} kind="most">
        {formatAmount(field, most[1])}
      </Mark>
    </>
  );
}

function extremesOf(points: readonly Point[]): { readonly least?: Point; readonly most?: Point } {
  let least = points[0];
  let most = points[0];
  for (const point of points) {
    if (least !== undefined && point[1] < least[1]) least = point;
    if (most !== undefined && point[1] > most[1]) most = point;
  }
  return { ...(least && { least }), ...(most && { most }) };
}

function pathOf(points: readonly Point[], gapMs: number, x: (time: number) => number, y: (value: number) => number) {
  let path = '';
  let before = Number.NEGATIVE_INFINITY;
  for (const [time, value] of points) {
    path += `${time - before > gapMs ? 'M' : 'L'}${x(time)} ${y(value)}`;
    before = time;
  }
  return path;
}

/** A limit over the visible stages: joined between consecutive stages that both have it. */
function stepsOf(
  spells: readonly BandSpell[],
  limit: Exclude<keyof Limits, 'target'>,
  isWithin: (value: number | undefined) => value is number,
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let isJoined = false;
  for (const { from, to, band } of spells) {
    const value = band?.[limit];
    if (isWithin(value)) path += `${isJoined ? 'L' : 'M'}${x(from)} ${y(value)}H${x(to)}`;
    isJoined = isWithin(value);
  }
  return path;
}

/** Periods of on and off; a window in which it was on at all is on. */
function runsOf(points: readonly Point[], stepMs: number, gapMs: number): readonly [number, number, boolean][] {
  const runs: [number, number, boolean][] = [];
  for (const [time, value] of points) {
    const last = runs.at(-1);
    const isOn = value > 0;
    const follows = last !== undefined && time - last[1] <= gapMs;
    if (follows) last[1] = time;
    if (follows && last[2] === isOn) last[1] = time + stepMs;
    else runs.push([time, time + stepMs, isOn]);
  }
  return runs;
}

/** And of the stages beneath it. */
function stagesWords(season: readonly ProfileInterval[], language: 'zh' | 'en'): string {
  if (!hasStages(season)) return '';
  const names = season.flatMap(({ profile }) => (profile ? [profile.label[language]] : []));
  return language === 'zh' ? `；生育期：${names.join('、')}` : `; stages: ${names.join(', ')}`;
}

/** Text for screen readers. */
function sentenceOf(field: Field, points: readonly Point[], language: 'zh' | 'en'): string {
  const { least, most } = extremesOf(points);
  if (least === undefined || most === undefined) return field.label[language];
  const at = (point: Point) => `${formatValue(field, point[1], language)} (${formatMoment(point[0], language)})`;
  return language === 'zh'
    ? `${field.label.zh}：最低 ${at(least)}，最高 ${at(most)}`
    : `${field.label.en}: lowest ${at(least)}, highest ${at(most)}`;
}
