/** Daily values of a season against the day of the season, so that years lie upon each other. */
import { dayNumberOf, dayOf } from '../../../base/beijing-time.ts';
import type { LoadedSeries } from '../feed/api.ts';
import type { Season } from '../feed/journal.ts';

export interface SeasonDay {
  /** 1 is the day of stocking or sowing. */
  readonly day: number;
  /** Start of the day, epoch ms. */
  readonly time: number;
  readonly value: number;
  readonly isIncomplete: boolean;
}

export interface SeasonLine {
  readonly season: Pick<Season, 'from' | 'to'>;
  /** `2026`, or `2026-09-20` where a year has two. */
  readonly name: string;
  readonly days: readonly SeasonDay[];
}

/** The newest ones, newest first. */
export function newestSeasons<S extends Pick<Season, 'from' | 'to'>>(
  seasons: readonly S[],
  most: number,
): readonly S[] {
  return [...seasons].sort((one, other) => other.from - one.from).slice(0, most);
}

/** Of several devices at the site, the first that measured anything. */
export function seasonLine(
  season: Pick<Season, 'from' | 'to'>,
  series: readonly LoadedSeries[],
  aggregate: string,
  all: readonly Pick<Season, 'from'>[],
): SeasonLine {
  const first = dayNumberOf(season.from);
  const found = series.find((each) => each.aggregate === aggregate && each.points.length > 0);
  const incomplete = new Set(found?.incomplete ?? []);
  const days = (found?.points ?? []).map(([time, value]) => ({
    ...{ day: dayNumberOf(time) - first + 1, time, value, isIncomplete: incomplete.has(time) },
  }));
  return { season, name: nameOf(season, all), days };
}

function nameOf({ from }: Pick<Season, 'from'>, all: readonly Pick<Season, 'from'>[]): string {
  const year = dayOf(from).slice(0, 4);
  return all.filter((each) => dayOf(each.from).startsWith(year)).length > 1 ? dayOf(from) : year;
}

/** Ticks of an axis of days: each 10th, 20th or 30th. */
export function dayTicks(last: number): readonly number[] {
  const step = last <= 60 ? 10 : last <= 150 ? 20 : 30;
  return [1, ...Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step)];
}
