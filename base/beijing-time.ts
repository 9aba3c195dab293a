/** Beijing time, the zone in which times are shown to people: UTC+8, without daylight saving since 1992. */

export const TIMEZONE = 'Asia/Shanghai';
export const BEIJING_OFFSET_MINUTES = 480;
/** Beijing time is UTC plus this. */
export const BEIJING_OFFSET_MS = BEIJING_OFFSET_MINUTES * 60_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY_FORM = /^\d{4}-\d{2}-\d{2}$/;

/** A date whose UTC getters and ISO form show Beijing time. */
export function beijingDate(time: number): Date {
  return new Date(time + BEIJING_OFFSET_MS);
}

/** `2026-11-28T04:12:00.000+08:00` */
export function isoOf(time: number): string {
  return `${beijingDate(time).toISOString().slice(0, -1)}+08:00`;
}

/** `2026-11-28 04:12:00` */
export function timestampOf(time: number): string {
  return beijingDate(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** `11-28 04:12` */
export function dateTimeOf(time: number): string {
  return timestampOf(time).slice(5, 16);
}

/** `04:12` */
export function clockOf(time: number): string {
  return timestampOf(time).slice(11, 16);
}

/** `2026-11-28` */
export function dayOf(time: number): string {
  return timestampOf(time).slice(0, 10);
}

/** 0 to 23. */
export function hourOf(time: number): number {
  return beijingDate(time).getUTCHours();
}

/** Whether the hour lies in `[fromHour, toHour)`, which may span midnight. */
export function isBetweenHours(time: number, fromHour: number, toHour: number): boolean {
  const hour = hourOf(time);
  return fromHour < toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour;
}

/** Days since 1970-01-01. */
export function dayNumberOf(time: number): number {
  return Math.floor((time + BEIJING_OFFSET_MS) / DAY_MS);
}

/** Epoch ms of the midnight that begins a day. */
export function midnightOf(dayNumber: number): number {
  return dayNumber * DAY_MS - BEIJING_OFFSET_MS;
}

/** Epoch ms of the midnight before a time, or at it. */
export function midnightBefore(time: number): number {
  return midnightOf(dayNumberOf(time));
}

/** Epoch ms of the midnight that begins `2026-05-10`; NaN if the text is not a day. */
export function startOfDay(day: string): number {
  return isDay(day) ? Date.parse(`${day}T00:00:00Z`) - BEIJING_OFFSET_MS : Number.NaN;
}

/** A day that exists in the calendar: not 2026-02-30. */
export function isDay(text: string): boolean {
  if (!DAY_FORM.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
