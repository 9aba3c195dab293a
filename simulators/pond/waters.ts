/** Parameters of simulated ponds by threshold profile: water quality and aeration. */
import type { Metabolism } from '../water/oxygen.ts';

export interface PondWater extends Metabolism {
  /** eq/L. */
  readonly alkalinity: number;
  /** Ammonia from feed, animals and mud at 20 °C, mg/L of nitrogen per day. */
  readonly ammoniaRelease: number;
  /** Turbidity without rain and wind, NTU. */
  readonly turbidity: number;
  /** Turbidity stirred up by animals at night, NTU. */
  readonly stirred: number;
  /** µg/L. */
  readonly chlorophyll: number;
  /** Area, m². */
  readonly area: number;
  readonly aerator: {
    readonly kilowatts: number;
    readonly efficiency: number;
    /** Switching thresholds of the control, mg/L. */
    readonly onBelow: number;
    readonly offAbove: number;
  };
}

/**
 * Tuned so that a sunny July day (clearness 0.50) ranges from 4.9 at dawn to 11.6 mg/L, and dawn after two overcast days is 1.7 mg/L
 * without aeration. Micro-pore tubes with 4.5 kW/ha, as installed by crab farmers.
 */
export const CRAB_POND: PondWater = {
  depth: 1.1,
  maxPhotosynthesis: 0.9,
  halfLight: 220,
  extinction: 1.5,
  respiration: 0.15,
  sedimentDemand: 4.1,
  animals: 0.02,
  alkalinity: 2.4e-3,
  ammoniaRelease: 0.04,
  turbidity: 28,
  stirred: 8,
  chlorophyll: 32,
  area: 10_000,
  aerator: { kilowatts: 4.5, efficiency: 1.2, onBelow: 4.5, offAbove: 6 },
};

/** Shallower, muddier, more animals; crayfish tolerate less oxygen, so the thresholds are lower. */
const CRAYFISH_POND: PondWater = {
  ...CRAB_POND,
  depth: 0.95,
  maxPhotosynthesis: 0.95,
  extinction: 2.1,
  respiration: 0.16,
  sedimentDemand: 3.4,
  animals: 0.03,
  alkalinity: 2.1e-3,
  ammoniaRelease: 0.025,
  turbidity: 65,
  stirred: 30,
  chlorophyll: 45,
  area: 6700,
  aerator: { kilowatts: 3, efficiency: 1.2, onBelow: 4, offAbove: 5.5 },
};

/** Little mud, few animals, clear water, rich in oxygen by a stronger aerator. */
const SEEDLING_POND: PondWater = {
  ...CRAB_POND,
  depth: 1,
  maxPhotosynthesis: 0.62,
  extinction: 1.1,
  respiration: 0.13,
  sedimentDemand: 2.9,
  animals: 0.015,
  alkalinity: 2.2e-3,
  ammoniaRelease: 0.02,
  turbidity: 14,
  stirred: 2,
  chlorophyll: 18,
  area: 3300,
  aerator: { kilowatts: 3, efficiency: 1.6, onBelow: 6, offAbove: 7.5 },
};

const WATERS: Readonly<Record<string, PondWater>> = { crayfish_pond: CRAYFISH_POND, seedling: SEEDLING_POND };

/** Parameters of a threshold profile; default: a crab pond. */
export function waterOf(profile: string | undefined): PondWater {
  return WATERS[profile ?? ''] ?? CRAB_POND;
}
