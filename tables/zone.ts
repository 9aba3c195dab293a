/** From the clock on a wall to the instant: by an offset, by the rules of a place, or by what each time says itself. */
import { DaoyuError } from '../base/errors.ts';
import { isAmbiguousZone, isZoneName, offsetInHeader, parseOffset, zoneOffset } from './local-time.ts';

export interface Zone {
  /** As it is shown to people. */
  readonly name: string;
  /** Minutes east of UTC where it has no summer time; tells apart names that mean several. */
  readonly offsetMinutes?: number;
  /** Epoch ms of a wall clock (as if UTC). In the hour that comes twice the first is meant, unless that is not after `previous`; undefined in the hour that is left out. */
  instant(wall: number, previous?: number): number | undefined;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `+08:00`, `UTC`, `EST`, `Asia/Shanghai`. Throws `TIME_ZONE_INVALID`. */
export function zoneNamed(text: string): Zone {
  const name = text.trim();
  if (/^[+-]\d{2}:?\d{2}$/.test(name)) return fixedZone(parseOffset(name), name);
  const offset = zoneOffset(name);
  if (offset !== undefined) return fixedZone(offset, name);
  if (name.includes('/')) return placeZone(name);
  throw new DaoyuError(
    'TIME_ZONE_INVALID',
    isZoneName(name)
      ? `"${name}" means several zones: write the offset, such as +08:00, or a place, such as Asia/Shanghai`
      : `time zone "${name}" is not known: write an offset such as +08:00, or a place such as Asia/Shanghai`,
  );
}

/** What loggers write of places with summer time: `Date-Time (EST/EDT)`, `Pacific Standard Time`. */
const PAIRS: readonly (readonly [pattern: RegExp, place: string])[] = [
  [/\bES?T?\s?\/\s?EDT\b|\bEastern (?:Standard |Daylight )?Time\b/i, 'America/New_York'],
  [/\bCS?T?\s?\/\s?CDT\b|\bCentral (?:Standard |Daylight )?Time\b/i, 'America/Chicago'],
  [/\bMS?T?\s?\/\s?MDT\b|\bMountain (?:Standard |Daylight )?Time\b/i, 'America/Denver'],
  [/\bPS?T?\s?\/\s?PDT\b|\bPacific (?:Standard |Daylight )?Time\b/i, 'America/Los_Angeles'],
  [/\bCET\s?\/\s?CEST\b|\bMEZ\s?\/\s?MESZ\b/i, 'Europe/Berlin'],
  [/\bEET\s?\/\s?EEST\b/i, 'Europe/Helsinki'],
  [/\bGMT\s?\/\s?BST\b/i, 'Europe/London'],
  [/\bAEST\s?\/\s?AEDT\b/i, 'Australia/Sydney'],
  [/\bNZST\s?\/\s?NZDT\b/i, 'Pacific/Auckland'],
];
/** Capitals in brackets that describe the form of a time. */
const NO_ZONES = /^(?:ISO|DMY|MDY|YMD|HMS|AMPM|UNIX|DATE|TIME|LOCAL|NONE)$/;

export type ZoneSaid = { readonly is: 'zone'; readonly zone: Zone } | { readonly is: 'open'; readonly name: string };

/** The zone that the header of a column names, or a name in it that means several zones, or none that is known. Undefined: it names none. */
export function zoneInHeader(header: string): ZoneSaid | undefined {
  const pair = PAIRS.find(([pattern]) => pattern.test(header));
  if (pair !== undefined) return { is: 'zone', zone: placeZone(pair[1]) };
  const offset = offsetInHeader(header);
  if (offset !== undefined) return { is: 'zone', zone: fixedZone(offset, nameOfOffset(offset)) };
  const [place] = /\b[A-Z][a-z]+\/[A-Z][A-Za-z_]+\b/.exec(header) ?? [];
  if (place !== undefined) return { is: 'zone', zone: zoneNamed(place) };
  const [, name] = /[([,（]\s*([A-Z]{3,4})\s*[)\]）]?\s*$/.exec(header) ?? [];
  if (name === undefined || NO_ZONES.test(name)) return undefined;
  return isAmbiguousZone(name) || zoneOffset(name) === undefined ? { is: 'open', name } : undefined;
}

export function nameOfOffset(offset: number): string {
  const minutes = Math.abs(offset);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export function fixedZone(offsetMinutes: number, name: string): Zone {
  return { name, offsetMinutes, instant: (wall) => wall - offsetMinutes * MINUTE };
}

function placeZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch (cause) {
    throw new DaoyuError('TIME_ZONE_INVALID', `there is no time zone "${name}"`, { cause });
  }
  const offsetAt = (time: number): number => {
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    return zoneOffset(text) ?? 0;
  };
  // Whoever asks, asks day by day: summer time begins and ends once in the two days around.
  const days = new Map<number, readonly [before: number, after: number]>();
  function around(wall: number): readonly [number, number] {
    const day = Math.floor(wall / DAY);
    const known = days.get(day);
    if (known !== undefined) return known;
    if (days.size > 10_000) days.clear();
    const found = [offsetAt((day - 1) * DAY), offsetAt((day + 2) * DAY)] as const;
    days.set(day, found);
    return found;
  }
  return {
    name,
    instant(wall, previous) {
      const [before, after] = around(wall);
      if (before === after) return wall - before * MINUTE;
      const both = [wall - before * MINUTE, wall - after * MINUTE].filter(
        (time) => offsetAt(time) * MINUTE === wall - time,
      );
      const [first, second] = both.sort((one, other) => one - other);
      return second !== undefined && previous !== undefined && first !== undefined && first <= previous
        ? second
        : first;
    },
  };
}
