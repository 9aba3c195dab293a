/** Where the sun stands: solar time of a longitude and the radiation that arrives above the clouds (FAO-56 chapter 3, Spencer's equation of time). */
import { beijingDate } from '../../base/beijing-time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** W/m² outside the atmosphere. */
const SOLAR_CONSTANT = 1367;

/** 1…366. */
export function dayOfYear(at: number): number {
  const local = beijingDate(at);
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY) + 1;
}

/** Hours by which a sundial is ahead of mean solar time. */
export function equationOfTime(dayOfYear: number): number {
  const b = (2 * Math.PI * (dayOfYear - 81)) / 364;
  return (9.87 * Math.sin(2 * b) - 7.53 * Math.cos(b) - 1.5 * Math.sin(b)) / 60;
}

/** Hours 0…24; 12 when the sun is highest. At 107.88° E that is about 12:48 Beijing time. */
export function solarHour(at: number, longitude: number, day = dayOfYear(at)): number {
  const utcHours = (at % DAY) / HOUR;
  return (((utcHours + longitude / 15 + equationOfTime(day)) % 24) + 24) % 24;
}

/** Radians. */
export function declination(dayOfYear: number): number {
  return 0.409 * Math.sin((2 * Math.PI * dayOfYear) / 365 - 1.39);
}

/** W/m² on a level surface outside the atmosphere; 0 at night. */
export function extraterrestrial(at: number, latitude: number, longitude: number): number {
  const day = dayOfYear(at);
  const phi = (latitude * Math.PI) / 180;
  const delta = declination(day);
  const omega = (Math.PI / 12) * (solarHour(at, longitude, day) - 12);
  const height = Math.sin(phi) * Math.sin(delta) + Math.cos(phi) * Math.cos(delta) * Math.cos(omega);
  return SOLAR_CONSTANT * (1 + 0.033 * Math.cos((2 * Math.PI * day) / 365)) * Math.max(0, height);
}

/** Solar hour of sunrise; it sets at 24 minus that. */
export function sunrise(dayOfYear: number, latitude: number): number {
  const x = -Math.tan((latitude * Math.PI) / 180) * Math.tan(declination(dayOfYear));
  return 12 - (12 / Math.PI) * Math.acos(Math.min(1, Math.max(-1, x)));
}

/** The sum of a day outside the atmosphere, MJ/m². */
export function dailyExtraterrestrial(dayOfYear: number, latitude: number): number {
  const phi = (latitude * Math.PI) / 180;
  const delta = declination(dayOfYear);
  const omega = Math.acos(Math.min(1, Math.max(-1, -Math.tan(phi) * Math.tan(delta))));
  const distance = 1 + 0.033 * Math.cos((2 * Math.PI * dayOfYear) / 365);
  return (
    ((24 * 60) / Math.PI) *
    0.082 *
    distance *
    (omega * Math.sin(phi) * Math.sin(delta) + Math.cos(phi) * Math.cos(delta) * Math.sin(omega))
  );
}
