/** Other limits tried on what a site measured: which can be changed, how far, and what the platform answers. */
import type { WhatIfAnswer, WhatIfAsked } from '../../../api/routes/alarm-what-if.ts';
import type { Field, Kind } from '../../../sensors/kind.ts';
import type { Band, Profile } from '../../../sensors/profile.ts';
import { ask } from './api.ts';

export type { WhatIfAnswer };

type Asked = WhatIfAsked;

const LIMITS = ['criticalBelow', 'warnBelow', 'warnAbove', 'criticalAbove'] as const;
export type LimitName = (typeof LIMITS)[number];

/** One limit of a band. */
export interface Choice {
  readonly key: string;
  readonly band: number;
  readonly limit: LimitName;
  readonly field: Field;
  readonly value: number;
  readonly holdMinutes: number;
}

export const isCritical = (limit: LimitName) => limit.startsWith('critical');
export const isBelow = (limit: LimitName) => limit.endsWith('Below');

export function choicesOf({ bands }: Profile, kinds: readonly Kind[]): readonly Choice[] {
  return bands.flatMap((band, index) => {
    const field = kinds.flatMap(({ fields }) => fields).find(({ name }) => name === band.field);
    if (field === undefined) return [];
    return LIMITS.flatMap((limit) => {
      const value = band[limit];
      if (value === undefined) return [];
      const holdMinutes = band.holdMinutes?.[isCritical(limit) ? 'critical' : 'warning'] ?? 0;
      return [{ key: `${index}.${limit}`, band: index, limit, field, value, holdMinutes }];
    });
  });
}

export interface Slide {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const STEPS = 40;

/** Between the neighbours of a limit; where it has none, twice as far as the other one is away. */
export function slideOf({ bands }: Profile, { band: index, limit, field, value }: Choice): Slide {
  const ordered = limitsOf(bands[index]);
  const own = ordered.findIndex(([name]) => name === limit);
  const [below, above] = [ordered[own - 1]?.[1], ordered[own + 1]?.[1]];
  const [low, high] = field.physical;
  const [from, to] = field.normal ?? field.physical;
  const gap = Math.max((above ?? value) - value, value - (below ?? value)) || (to - from) / 8;
  const [least, most] = [below ?? Math.max(low, value - 2 * gap), above ?? Math.min(high, value + 2 * gap)];
  const step = stepOf((most - least) / STEPS, field.decimals);
  return { min: aligned(Math.floor(least / step), step), max: aligned(Math.ceil(most / step), step), step };
}

/** From the lowest to the highest. */
function limitsOf(band: Band | undefined): readonly (readonly [name: string, value: number])[] {
  const { criticalBelow, warnBelow, target, warnAbove, criticalAbove } = band ?? {};
  const all = { criticalBelow, warnBelow, low: target?.[0], high: target?.[1], warnAbove, criticalAbove };
  return Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** 1, 2 or 5 of a power of ten, no finer than the field is shown. */
function stepOf(wanted: number, decimals: number): number {
  if (wanted <= 0) return 10 ** -decimals;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const nice = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= wanted * 0.999) ?? wanted;
  return Math.max(nice, 10 ** -decimals);
}

/** Without the dust of floating point. */
const aligned = (steps: number, step: number) => Number((steps * step).toFixed(6));

/** The profile with one limit and its hold changed. */
export function profileWith(profile: Profile, choice: Choice, limit: number, holdMinutes: number): Profile {
  const bands = profile.bands.map((band, index) =>
    index === choice.band ? bandWith(band, choice, limit, holdMinutes) : band,
  );
  return { ...profile, bands };
}

function bandWith(band: Band, { limit: name, holdMinutes: before }: Choice, limit: number, holdMinutes: number): Band {
  const hold = band.holdMinutes ?? { warning: 0, critical: 0 };
  const changed = { ...hold, [isCritical(name) ? 'critical' : 'warning']: holdMinutes };
  return { ...band, [name]: limit, ...(holdMinutes !== before && { holdMinutes: changed }) };
}

export function tryLimits(
  { park, site }: Pick<Asked, 'park' | 'site'>,
  { name, label, author, kinds, bands }: Profile,
  days: number,
  signal: AbortSignal,
): Promise<WhatIfAnswer> {
  const asked = { park, site, profile: { name, label, author, kinds, bands }, from: `-${days}d` };
  return ask<WhatIfAnswer>('/alarms/what-if', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(asked),
    signal,
  });
}
