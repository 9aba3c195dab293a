/** Rooms and boxes to simulate, by site type and goods. Sizes are engineering guesses; swing and inertia of a room match 15-minute steps of a real store (chilled: median 0.2 K, 99 % below 1.2 K). */
import type { Box } from './box.ts';

interface Goods {
  readonly setpoint: number;
  readonly swing: number;
  /** J/kgK; ice has half the heat capacity of water. */
  readonly heat: number;
  readonly isFrozen?: true;
}

const GOODS: Readonly<Record<string, Goods>> = {
  chilled_fish: { setpoint: 2, swing: 1, heat: 3500 },
  frozen_fish: { setpoint: -22, swing: 1.5, heat: 1900, isFrozen: true },
  live_crab: { setpoint: 7.5, swing: 1, heat: 3500 },
  live_crayfish: { setpoint: 7, swing: 1, heat: 3500 },
  fruit: { setpoint: 6.5, swing: 0.8, heat: 3700 },
};
const CHILLED: Goods = { setpoint: 2, swing: 1, heat: 3500 };

/** A van's box of 4.0 × 1.9 × 1.9 m, walls of 0.40 W/m²K (ATP class), 1.5 t of goods. */
export const VAN: Omit<Box, 'setpoint' | 'swing' | 'cargoHeat' | 'cooling'> = {
  walls: 17,
  airHeat: 4 * 1.9 * 1.9 * 1.25 * 1005 + 220_000,
  cargoMass: 1500,
  cargoExchange: 90,
  inner: 0,
  sun: 300,
  doorArea: 1.9 * 1.9,
  doorHeight: 1.9,
  curtain: 0.8,
  probeLag: 180,
  defrost: 0,
};

/** A room of 10 × 6 × 4 m with 20 t of goods behind a strip curtain. */
const ROOM: Omit<Box, 'setpoint' | 'swing' | 'cargoHeat' | 'cooling'> = {
  walls: 75,
  airHeat: 240 * 1.25 * 1005 + 7_000_000,
  cargoMass: 20_000,
  cargoExchange: 900,
  inner: 700,
  sun: 0,
  doorArea: 5,
  doorHeight: 2.4,
  curtain: 0.8,
  probeLag: 120,
  defrost: 7000,
};

export function boxOf(siteType: string | undefined, profile: string | undefined): Box {
  const { setpoint, swing, heat, isFrozen } = GOODS[profile ?? ''] ?? CHILLED;
  const shared = { setpoint, swing, cargoHeat: heat };
  // Vans for frozen goods have a double curtain.
  if (siteType === 'vehicle')
    return {
      ...VAN,
      ...shared,
      curtain: isFrozen ? 0.9 : VAN.curtain,
      cooling: isFrozen ? 3000 : setpoint > 5 ? 3200 : 4500,
    };
  // The valve of a room controls the air more closely than the on/off compressor of a van.
  return { ...ROOM, ...shared, swing: swing * 0.2, cooling: isFrozen ? 13_000 : 11_000 };
}
