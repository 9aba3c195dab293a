/**
 * The last part of a log is kept for what must go on when it is full of readings: time, alarms, what people do about them, commands. They are few and
 * small, so it lasts for days; readings never use it.
 */
import type { Entry } from './bus.ts';

const MAX_RESERVE_BYTES = 16 * 1024 * 1024;
const SHARE = 1 / 16;
const ENTITLED = /^daoyu\.(clock|alarms|actions|commands|registry)(\.|$)/;

export function reserveOf(maxBytes: number): number {
  return Math.floor(Math.min(MAX_RESERVE_BYTES, maxBytes * SHARE));
}

export function mayUseReserve(entries: readonly Pick<Entry, 'subject'>[]): boolean {
  return entries.every(({ subject }) => ENTITLED.test(subject));
}
