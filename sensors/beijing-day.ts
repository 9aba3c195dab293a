/** Calendar days in Beijing time: `2026-05-10` begins at midnight in Beijing. */
const OFFSET_MS = 8 * 3_600_000;
const FORM = /^\d{4}-\d{2}-\d{2}$/;

/** Epoch ms of its midnight; NaN for what is no day. */
export function startOfDay(day: string): number {
  return isDay(day) ? Date.parse(`${day}T00:00:00Z`) - OFFSET_MS : Number.NaN;
}

/** The day that holds a time. */
export function dayOf(time: number): string {
  return new Date(time + OFFSET_MS).toISOString().slice(0, 10);
}

/** `11-28 04:12` on the clock of Beijing. */
export function dateTimeOf(time: number): string {
  return new Date(time + OFFSET_MS).toISOString().slice(5, 16).replace('T', ' ');
}

/** `04:12` on the clock of Beijing. */
export function clockOf(time: number): string {
  return new Date(time + OFFSET_MS).toISOString().slice(11, 16);
}

/** A day that the calendar has: not 2026-02-30. */
export function isDay(text: string): boolean {
  if (!FORM.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
