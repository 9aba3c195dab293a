/** Degrees on a plane: metres east and north of a point, good to a few parts in ten thousand within a county. WGS-84, never shifted. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** Metres. */
export interface Spot {
  readonly east: number;
  readonly north: number;
}

const METRES_PER_DEGREE = 111_320;

export function planeAround(origin: Position): (position: Position) => Spot {
  const shrink = Math.cos((origin.latitude * Math.PI) / 180);
  return ({ latitude, longitude }) => ({
    east: (longitude - origin.longitude) * METRES_PER_DEGREE * shrink,
    north: (latitude - origin.latitude) * METRES_PER_DEGREE,
  });
}

/** The inverse. */
export function positionsAround(origin: Position): (spot: Spot) => Position {
  const shrink = Math.cos((origin.latitude * Math.PI) / 180);
  return ({ east, north }) => ({
    latitude: origin.latitude + north / METRES_PER_DEGREE,
    longitude: origin.longitude + east / (METRES_PER_DEGREE * shrink),
  });
}

/** 1, 2 or 5 times a power of ten, at most this long: for a scale bar. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([5, 2, 1].find((each) => each * power <= most) ?? 1);
}

export const formatLength = (metres: number) => (metres >= 1000 ? `${metres / 1000} km` : `${metres} m`);
