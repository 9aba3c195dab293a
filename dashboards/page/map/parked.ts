/** Whether vehicles stand: how cold it is in them then comes before where they are. */
import type { DeviceCard } from '../feed/cards.ts';

/** A tracker says 0 to 2 km/h of a van that does not move. */
const PARKED_KMH = 3;

/** Whether all of them stand, or say nothing of their speed. */
export const areParked = (vehicles: readonly Pick<DeviceCard, 'row'>[]): boolean =>
  vehicles.every(({ row }) => (row?.values.speed ?? 0) < PARKED_KMH);
