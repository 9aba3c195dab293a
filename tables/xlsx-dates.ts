/** Dates of spreadsheets: days since the end of 1899, and the number format that makes a date of them. */

export interface DateStyle {
  readonly hasDate: boolean;
  readonly hasClock: boolean;
}

const DATE = { hasDate: true, hasClock: false };
const CLOCK = { hasDate: false, hasClock: true };
const BOTH = { hasDate: true, hasClock: true };

/** Formats that need no definition: ECMA-376 part 1, 18.8.30, those of Chinese among them. */
function builtIn(id: number): DateStyle | undefined {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 54) || id === 57 || id === 58)
    return DATE;
  if (id === 22) return BOTH;
  const isClock = (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id === 55 || id === 56;
  return isClock ? CLOCK : undefined;
}

/** Undefined: no date. */
export function styleOf(id: number, code: string | undefined): DateStyle | undefined {
  if (code === undefined) return builtIn(id);
  // Quoted texts, escaped characters, colours and locales say nothing; [h] is a duration.
  const letters = code.replace(/"[^"]*"|\\.|_.|\[[^\]]*\]/g, '').split(';')[0] ?? '';
  const hasClock = /[hs]/i.test(letters) || /上午|AM\/PM/i.test(letters);
  const hasDate = /[yd]/i.test(letters) || (/m/i.test(letters) && !hasClock);
  return hasClock || hasDate ? { hasDate, hasClock } : undefined;
}

const DAY_MS = 86_400_000;
/** 1970-01-01 counted from the end of 1899, where 1900 wrongly has a 29 February. */
const EPOCH_DAYS = 25_569;
const DAYS_TO_1904 = 1462;

/** Epoch ms of the clock on the wall, as if UTC. */
export const wallOfSerial = (serial: number, is1904 = false): number =>
  Math.round((serial + (is1904 ? DAYS_TO_1904 : 0) - EPOCH_DAYS) * DAY_MS);

/** `2026-11-27 08:05:00`; a date without a clock, or a clock without a date, where the format shows no more and there is none. */
export function textOfSerial(serial: number, style: DateStyle, is1904: boolean): string {
  const text = new Date(wallOfSerial(serial, is1904)).toISOString();
  const clock = text.slice(11, 23).replace(/\.000$/, '');
  if (serial < 1 && style.hasClock) return clock;
  if (!style.hasClock && Number.isInteger(serial)) return text.slice(0, 10);
  return `${text.slice(0, 10)} ${clock}`;
}
