/** Beijing time in a `datetime-local` field, whatever zone the browser is set to. */
import { BEIJING_OFFSET_MS, isoOf } from '../../../base/beijing-time.ts';

const FIELD_FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** `2026-11-28T04:12` */
export const fieldOf = (time: number): string => isoOf(time).slice(0, 16);

/** Epoch ms; undefined while the field is not filled in. */
export function timeOf(field: string): number | undefined {
  if (!FIELD_FORM.test(field)) return undefined;
  const time = Date.parse(`${field}Z`) - BEIJING_OFFSET_MS;
  return Number.isNaN(time) ? undefined : time;
}
