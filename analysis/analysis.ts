/**
 * Statistics and derived series of devices, worked out on question from the readings of the store: good values only, as corrected, so that late and
 * corrected data are always taken into account.
 */
import { dayNumberOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { correctedReadings } from '../corrections/corrected-series.ts';
import { type Correction, correctionsKnown } from '../corrections/correction.ts';
import { type FarmEvent, type Season, seasonsOf } from '../journal/events.ts';
import type { RecordBook } from '../journal/record-book.ts';
import type { Device, Registry, Site } from '../registry/registry.ts';
import { COMPLETE_FROM, expectedEveryMs } from '../sensors/expected.ts';
import type { Kind } from '../sensors/kind.ts';
import { fieldNamed } from '../sensors/kinds.ts';
import { limitsOf } from '../sensors/limits.ts';
import { profileAt } from '../sensors/stages.ts';
import type { Store } from '../store/store.ts';
import type { DerivedSeries, InForce, Outcome, Question } from './derived-series.ts';
import { measured, type Windowed } from './pass.ts';
import { missionsOf } from './seeding/flight.ts';
import { type Statistics, statisticsOf } from './statistics.ts';
import type { Stretch } from './stretch.ts';
import { KAIJIANG } from './sun.ts';
import { type Span, type WindowName, windowsOf } from './windows.ts';

export interface AnalysisOptions {
  readonly store: Pick<Store, 'series' | 'export'>;
  readonly registry: Pick<Registry, 'site' | 'profiles'>;
  readonly corrections: Pick<RecordBook<Correction>, 'all'>;
  readonly events: Pick<RecordBook<FarmEvent>, 'all'>;
  readonly clock: () => number;
}

export interface Asked extends Span {
  readonly kind: Kind;
  readonly device: Pick<Device, 'park' | 'id' | 'site' | 'intervalMs'>;
  readonly window: WindowName;
  /** Corrections and events that were recorded by then. */
  readonly asOf?: number | undefined;
  /** Default: as corrected. */
  readonly values?: 'raw' | 'corrected' | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StatisticsAsked extends Asked {
  readonly field: string;
  readonly names: readonly string[];
  readonly limit?: number | undefined;
}

export interface DerivedAsked extends Asked {
  readonly series: DerivedSeries;
  /** One of the alternatives; absent: the first input. */
  readonly field?: string | undefined;
  readonly parameters?: Readonly<Record<string, number>>;
}

export interface WindowAnswer extends Span {
  readonly used: number;
  readonly excluded: number;
  /** Of the whole window, future included, the share that is known; absent where values are not regular. */
  readonly coverage?: number;
  readonly isComplete?: boolean;
  /** Of the site's season, the first is 1. */
  readonly seasonDay?: number;
}

export type StatisticsWindow = WindowAnswer & Pick<Statistics, 'values'>;
export interface DerivedWindow extends WindowAnswer {
  /** Absent: unknown. */
  readonly value?: number;
  readonly at?: number;
  readonly limit?: number;
  readonly profile?: string;
}

export interface DerivedAnswer {
  readonly field: string;
  readonly windows: readonly DerivedWindow[];
  /** Of a series that is summed: over complete windows; how many were left out. */
  readonly total?: { readonly value: number; readonly complete: number; readonly incomplete: number };
}

export interface Analysis {
  /** Rejects with `QUERY_TOO_LARGE`, `STORE_UNAVAILABLE`. */
  statistics(asked: StatisticsAsked): Promise<readonly StatisticsWindow[]>;
  /** Rejects with `DERIVED_INVALID` as well. */
  derived(asked: DerivedAsked): Promise<DerivedAnswer>;
  /** Any measure of one field over windows. */
  measure<T extends { readonly knownMs: number }>(
    asked: Asked,
    field: string,
    of: (stretch: Stretch, question: Pick<Question, 'intervalMs' | 'limitsAt'>) => T,
  ): Promise<readonly (WindowAnswer & { readonly found: T })[]>;
  seasons(park: string, site: string, asOf?: number): readonly Season[];
}

/** A gap that is bridged lies beside a window by this many intervals at most. */
const MARGIN = 3;
const MISSION_WINDOW_MS = 600_000;

export function createAnalysis({ store, registry, corrections, events, clock }: AnalysisOptions): Analysis {
  const seasons = (park: string, site: string, asOf?: number) =>
    seasonsOf(
      [...events.all()].filter((event) => event.park === park && event.site === site),
      asOf,
    );

  async function plan({ kind, device, from, to, window, asOf, signal }: Asked): Promise<readonly Span[]> {
    const site = registry.site(device.park, device.site);
    const missions =
      window === 'mission' && kind.isIntermittent
        ? await missionsBetween(store, kind, device, { from, to }, signal)
        : [];
    const known = seasons(device.park, device.site, asOf).map((season) => ({
      from: season.from,
      to: season.to ?? clock(),
    }));
    return windowsOf(window, { from, to, position: positionOf(site), seasons: known, missions });
  }

  async function measure<T>(
    asked: Asked,
    fields: readonly string[],
    lookbackMs: number,
    of: (stretch: Stretch) => T,
  ): Promise<readonly Windowed<T>[]> {
    const windows = await plan(asked);
    const [first, last] = [windows[0], windows.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { kind, device, asOf, values, signal } = asked;
    const marginMs = MARGIN * intervalOf(asked, fields[0] ?? '');
    const before = lookbackMs > 0 ? [{ from: first.from - lookbackMs, to: first.from }] : [];
    const query = {
      ...{ kind: kind.name, park: device.park, device: device.id, fields },
      ...{ from: (before[0]?.from ?? first.from) - marginMs, to: last.to + marginMs },
      ...(signal && { signal }),
    };
    const known = values === 'raw' ? [] : correctionsKnown(corrections.all(), asOf);
    const found = await measured(correctedReadings(store, query, known), {
      ...{ fields, windows: [...before, ...windows], measure: of },
    });
    return found.slice(before.length);
  }

  function answerOf(asked: Asked, { from, to, used, excluded }: Windowed<unknown>, knownMs: number): WindowAnswer {
    const season = seasons(asked.device.park, asked.device.site, asked.asOf).findLast(
      (each) => each.from <= to - 1 && (each.to === undefined || each.to >= from),
    );
    const day = season && dayNumberOf(from) - dayNumberOf(season.from) + 1;
    const coverage = Math.min(1, Math.round((knownMs / (to - from)) * 1000) / 1000);
    return {
      ...{ from, to, used, excluded },
      ...(!asked.kind.isIntermittent && { coverage, isComplete: coverage >= COMPLETE_FROM }),
      ...(day !== undefined && day > 0 && { seasonDay: day }),
    };
  }

  return {
    seasons,
    async measure(asked, field, of) {
      const site = registry.site(asked.device.park, asked.device.site);
      const question = {
        intervalMs: intervalOf(asked, field),
        limitsAt: (time: number) => limitsAt(site, asked.kind, field, time),
      };
      const found = await measure(asked, [field], 0, (stretch) => of(stretch, question));
      return found.map((each) => ({ ...answerOf(asked, each, each.found.knownMs), found: each.found }));
    },
    async statistics(asked) {
      const { field, names, limit } = asked;
      const intervalMs = intervalOf(asked, field);
      const found = await measure(asked, [field], 0, (stretch) =>
        statisticsOf(stretch, { field, names, limit, intervalMs }),
      );
      return found.map((each) => ({ ...answerOf(asked, each, each.found.knownMs), values: each.found.values }));
    },
    async derived(asked) {
      const { series, kind, device, parameters = {} } = asked;
      const { field, fields } = fieldsOf(asked);
      const site = registry.site(device.park, device.site);
      const of = series.start({
        ...{ field, parameters: parametersOf(series, parameters), intervalMs: intervalOf(asked, field) },
        limitsAt: (time) => limitsAt(site, kind, field, time),
        boundary: site?.boundary,
      });
      const found = await measure(asked, fields, series.lookbackMs ?? 0, of);
      const windows = found.map(
        (each): DerivedWindow => ({ ...answerOf(asked, each, each.found.knownMs), ...givenOf(each.found) }),
      );
      return { field, windows, ...(series.isSummed && { total: totalOf(windows) }) };
    },
  };

  function limitsAt(site: Site | undefined, kind: Kind, field: string, time: number): InForce | undefined {
    const fitting = (name: string | undefined) =>
      registry.profiles().find((each) => each.name === name && each.kinds.includes(kind.name));
    const profile = fitting(site && profileAt(site, time)) ?? fitting(kind.defaultProfile);
    const limits = profile && limitsOf(profile, field);
    return limits && { limits, profile: `${profile.name} v${profile.version}` };
  }
}

const positionOf = (site: Site | undefined) =>
  site?.latitude === undefined || site.longitude === undefined
    ? KAIJIANG
    : { latitude: site.latitude, longitude: site.longitude };

function intervalOf({ kind, device }: Asked, field: string): number {
  const intervalMs = device.intervalMs ?? kind.intervalMs;
  return expectedEveryMs(kind, fieldNamed(kind, field), intervalMs) ?? intervalMs;
}

function fieldsOf({ series, kind, field }: DerivedAsked): {
  readonly field: string;
  readonly fields: readonly string[];
} {
  const [first = '', ...others] = series.inputs;
  const choices = [first, ...(series.alternatives ?? [])];
  if (!series.kinds.includes(kind.name))
    throw new DaoyuError(
      'DERIVED_INVALID',
      `${series.name} is worked out from ${series.kinds.join(', ')}, not ${kind.name}`,
    );
  if (field !== undefined && !choices.includes(field))
    throw new DaoyuError('DERIVED_INVALID', `${series.name} takes the field ${choices.join(' or ')}, not "${field}"`);
  return { field: field ?? first, fields: [field ?? first, ...others] };
}

/** With the defaults. Throws `DERIVED_INVALID`. */
function parametersOf({ name: of, parameters }: DerivedSeries, given: Readonly<Record<string, number>>) {
  for (const [name, value] of Object.entries(given)) {
    const parameter = parameters[name];
    if (parameter === undefined)
      throw new DaoyuError(
        'DERIVED_INVALID',
        `${of} has no parameter "${name}"; it takes ${Object.keys(parameters).join(', ') || 'none'}`,
      );
    const [min, max] = parameter.range;
    if (!(value >= min && value <= max))
      throw new DaoyuError('DERIVED_INVALID', `${name} must be from ${min} to ${max} ${parameter.unit}`.trimEnd());
  }
  const defaults = Object.entries(parameters).flatMap(([name, { default: usual }]) =>
    usual === undefined ? [] : [[name, usual] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

function givenOf({ value, at, limit, profile }: Outcome) {
  return {
    ...(value !== undefined && { value }),
    ...(at !== undefined && { at }),
    ...(limit !== undefined && { limit }),
    ...(profile !== undefined && { profile }),
  };
}

function totalOf(windows: readonly DerivedWindow[]) {
  const complete = windows.filter(({ isComplete, value }) => isComplete !== false && value !== undefined);
  return {
    value: complete.reduce((sum, { value = 0 }) => sum + value, 0),
    ...{ complete: complete.length, incomplete: windows.length - complete.length },
  };
}

async function missionsBetween(
  store: Pick<Store, 'series'>,
  kind: Kind,
  { park, id }: Asked['device'],
  { from, to }: Span,
  signal: AbortSignal | undefined,
): Promise<readonly Span[]> {
  const series = await store.series({
    ...{ kind: kind.name, park, device: id, fields: ['spreading'], from, to, quality: 'all' },
    ...{ every: { count: MISSION_WINDOW_MS, unit: 'ms' }, aggregates: ['count'], maxPoints: 100_000 },
    ...(signal && { signal }),
  });
  const starts = series.flatMap(({ points }) => points.map(([time]) => time));
  return [...missionsOf(starts, MISSION_WINDOW_MS)].reverse();
}
