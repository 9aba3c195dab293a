/** From the clock on a wall to the instant: by an offset, by the rules of a place, or by what each time says itself. */
import { DaoyuError } from '../base/errors.ts';
import { isZoneName, parseOffset, zoneOffset } from './local-time.ts';

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
