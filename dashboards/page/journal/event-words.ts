/** Events in words. */
import type { Language } from '../../../sensors/format.ts';
import type { EventField, EventKind, FarmEvent } from '../feed/journal.ts';

const DAY_MS = 86_400_000;
/** What an event keeps off the market: the name of the field that holds the days. */
const WAITING_PERIODS = ['withdrawal_days', 'safety_days'];

/** Units are kept as people in Sichuan write them. */
const ENGLISH_UNITS: Readonly<Record<string, string>> = {
  只: '',
  天: 'days',
  'g/只': 'g each',
  'kg/亩': 'kg/mu',
  'g/亩': 'g/mu',
  '℃': '°C',
};

export function unitWords({ unit }: Pick<EventField, 'unit'>, language: Language): string {
  if (unit === undefined) return '';
  return language === 'en' ? (ENGLISH_UNITS[unit] ?? unit) : unit;
}

/** `12.5 kg · 蟹料 2 号`; empty for an event without values. */
export function valuesWords(event: Pick<FarmEvent, 'values'>, kind: EventKind | undefined, language: Language): string {
  const fields = kind?.fields ?? [];
  return fields
    .flatMap((field) => {
      const value = event.values[field.name];
      if (value === undefined) return [];
      // The first says by itself what it is, and so does a text.
      const name = field === fields[0] || field.shape === 'text' ? '' : `${field.label[language]} `;
      return `${name}${value} ${unitWords(field, language)}`.trimEnd();
    })
    .join(' · ');
}

/** Epoch ms up to which nothing of the site may be sold because of it; undefined: nothing keeps it back any more. */
export function heldBackUntil({ at, values }: Pick<FarmEvent, 'at' | 'values'>, now: number): number | undefined {
  const days = WAITING_PERIODS.flatMap((name) => (typeof values[name] === 'number' ? values[name] : []));
  const until = at + Math.max(0, ...days) * DAY_MS;
  return until > now ? until : undefined;
}

/** The day of the season that goes on, from 1; undefined between seasons. */
export function dayOfSeason(
  seasons: readonly { readonly from: number; readonly to?: number }[],
  now: number,
): number | undefined {
  const current = seasons.find(({ from, to }) => from <= now && (to === undefined || now < to));
  return current && Math.floor((now - current.from) / DAY_MS) + 1;
}

/** Kinds that fit a place, those used lately first. */
export function kindsFor(
  kinds: readonly EventKind[],
  siteType: string,
  hasDevices: boolean,
  lately: readonly Pick<FarmEvent, 'kind' | 'at'>[],
): readonly EventKind[] {
  const fits = ({ places }: EventKind) => places.includes(siteType) || (hasDevices && places.includes('device'));
  const lastUse = ({ name }: EventKind) =>
    Math.max(0, ...lately.filter(({ kind }) => kind === name).map(({ at }) => at));
  const isOfSite = ({ places }: EventKind) => Number(places.includes(siteType));
  return kinds
    .filter(fits)
    .map((kind, order) => ({ kind, order }))
    .sort(
      (one, other) =>
        lastUse(other.kind) - lastUse(one.kind) || isOfSite(other.kind) - isOfSite(one.kind) || one.order - other.order,
    )
    .map(({ kind }) => kind);
}
