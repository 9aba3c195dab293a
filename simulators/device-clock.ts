/** A device's own clock: it drifts, and the network corrects it once a day. */
import { uniform } from './random.ts';

const DAY = 86_400_000;
/** Remaining error after time synchronisation over 4G. */
const OFFSET_MS = 400;
/** Cheap crystals: up to 20 parts in a million, 1.7 s a day. */
const DRIFT = 20e-6;

/** Converts true time to the time of this clock, epoch ms. It rises with true time except at the daily correction of less than two seconds. */
export function createDeviceClock(seed: number): (at: number) => number {
  const drift = DRIFT * (2 * uniform(seed, 1) - 1);
  const setAt = Math.floor(uniform(seed, 2) * DAY);
  return (at) => {
    const day = Math.floor((at - setAt) / DAY);
    const sinceSet = at - setAt - day * DAY;
    const offset = OFFSET_MS * (2 * uniform(seed ^ 0x27d4eb2f, day) - 1);
    return Math.round(at + offset + drift * sinceSet);
  };
}
