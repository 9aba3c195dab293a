/** The stretches of time in which agronomists count: days, nights, noon to noon, seasons. All follow Beijing time. */
import { BEIJING_OFFSET_MS } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Label } from '../sensors/label.ts';
import type { Every } from '../store/store.ts';
import { windowEnd, windowStart } from '../store/window.ts';
import { type Position, sunOf } from './sun.ts';

export const WINDOWS = {
  day: { zh: '日（0–24 时）', en: 'day' },
  noon: { zh: '正午至正午', en: 'noon to noon' },
  night: { zh: '夜（20–8 时）', en: 'night, 20:00–08:00' },
  sun_night: { zh: '夜（日落至日出）', en: 'night, sunset to sunrise' },
  week: { zh: '周', en: 'week' },
  month: { zh: '月', en: 'month' },
  whole: { zh: '整段', en: 'the whole time' },
  season: { zh: '生产季', en: 'season' },
  mission: { zh: '作业架次', en: 'mission' },
} as const satisfies Record<string, Label>;

export type WindowName = keyof typeof WINDOWS;
export const WINDOW_NAMES = Object.keys(WINDOWS) as readonly WindowName[];

/** From included, to excluded, epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface WindowPlan extends Span {
  /** Of the site, for sunset and sunrise. */
  readonly position: Position;
  /** Known seasons of the site; the one that goes on ends now. */
  readonly seasons: readonly Span[];
  /** Known missions of the device. */
  readonly missions: readonly Span[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Hours of a fixed night, Beijing time. */
const NIGHT_FROM = 20;
const NIGHT_HOURS = 12;
/** More than a decade of nights, for each of several devices. */
const MOST_WINDOWS = 5000;

/** Windows that begin in the range, whole even where they end behind it; seasons and missions that touch it. In order of time. */
export function windowsOf(name: WindowName, plan: WindowPlan): readonly Span[] {
  const { from, to, position } = plan;
  const touching = (spans: readonly Span[]) => spans.filter((span) => span.from < to && span.to > from);
  switch (name) {
    case 'whole':
      return [{ from, to }];
    case 'season':
      return touching(plan.seasons);
    case 'mission':
      return touching(plan.missions);
    case 'day':
      return every(plan, { count: 1, unit: 'day' });
    case 'week':
      return every(plan, { count: 1, unit: 'week' });
    case 'month':
      return every(plan, { count: 1, unit: 'month' });
    case 'noon':
      return daily(plan, (midnight) => ({ from: midnight + DAY / 2, to: midnight + 1.5 * DAY }));
    case 'night':
      return daily(plan, (midnight) => {
        const begin = midnight + NIGHT_FROM * HOUR;
        return { from: begin, to: begin + NIGHT_HOURS * HOUR };
      });
    case 'sun_night':
      return daily(plan, (midnight) => {
        // The UTC date of a Beijing day's noon.
        const day = Math.floor((midnight + DAY / 2) / DAY);
        return { from: sunOf(day, position).set, to: sunOf(day + 1, position).rise };
      });
  }
}

function every({ from, to }: Span, length: Every): readonly Span[] {
  const spans: Span[] = [];
  let start = windowStart(from, length);
  if (start < from) start = windowEnd(start, length);
  for (; start < to; start = windowEnd(start, length)) {
    spans.push({ from: start, to: windowEnd(start, length) });
    refuseMany(spans.length);
  }
  return spans;
}

function daily({ from, to }: Span, windowOf: (midnight: number) => Span): readonly Span[] {
  const spans: Span[] = [];
  const first = Math.floor((from + BEIJING_OFFSET_MS) / DAY) * DAY - BEIJING_OFFSET_MS;
  for (let midnight = first - DAY; midnight < to; midnight += DAY) {
    const span = windowOf(midnight);
    if (span.from >= from && span.from < to) spans.push(span);
    refuseMany(spans.length);
  }
  return spans;
}

function refuseMany(count: number): void {
  if (count > MOST_WINDOWS)
    throw new DaoyuError(
      'QUERY_TOO_LARGE',
      `more than ${MOST_WINDOWS} windows: ask for a shorter time or longer windows`,
    );
}
