/** Durations, times and payloads as a finding shows them. */
import { dateTimeOf } from '../base/beijing-time.ts';
import type { Published } from './facts.ts';

const EXAMPLE_LENGTH = 160;

export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size < 10_000) return `${Math.round(ms / 100) / 10} s`;
  if (size < 120_000) return `${Math.round(ms / 1000)} s`;
  if (size < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
}

/** Beijing time. */
export const timeOf = (at: number): string => dateTimeOf(at);

/** The beginning of a payload; bytes that are no text, in hexadecimal. */
export function exampleOf({ payload }: Pick<Published, 'payload'>): string {
  const bytes = Buffer.from(payload, 'base64').subarray(0, EXAMPLE_LENGTH);
  const text = bytes.toString('utf8');
  return /[^\P{Cc}\s]|\ufffd/u.test(text) ? bytes.toString('hex') : text;
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
