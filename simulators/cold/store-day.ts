/** Daily events of a cold store: doors during working hours, three defrosts of the coil. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { uniform } from '../random.ts';

const MINUTE = 60_000;
const SLOT_MS = 30 * MINUTE;

/** In a third of the half hours between 06:00 and 20:00 the door opens for 0.7 to 5 minutes, rarely longer: 2-3 % of the time, as in the log of a real store. */
export function isStoreDoorOpen(seed: number, at: number): boolean {
  const slot = Math.floor(at / SLOT_MS);
  // An opening may extend into the next half hour.
  return isOpenIn(seed, slot, at) || isOpenIn(seed, slot - 1, at);
}

function isOpenIn(seed: number, slot: number, at: number): boolean {
  const hour = ((((slot * SLOT_MS) / 3_600_000 + 8) % 24) + 24) % 24;
  if (hour < 6 || hour >= 20 || uniform(seed, slot) > 0.34) return false;
  const from = slot * SLOT_MS + 28 * MINUTE * uniform(seed ^ 0x1f, slot);
  const draw = uniform(seed ^ 0x2f, slot);
  const minutes = 0.7 + 3 * draw + (draw > 0.93 ? 5 : 0);
  return at >= from && at < from + minutes * MINUTE;
}

/** Every eight hours for 25 minutes, with an offset by site. */
export function isDefrosting(seed: number, at: number): boolean {
  const minutes = (at - midnightOf(dayNumberOf(at))) / MINUTE;
  const since = (minutes - 480 * uniform(seed ^ 0x3f, 1) + 1440) % 480;
  return since < 25;
}
