/** The outline of a field as in GeoJSON (RFC 7946): WGS-84, longitude before latitude, one closed ring without holes. */
export type LonLat = readonly [longitude: number, latitude: number];

export interface Polygon {
  readonly type: 'Polygon';
  readonly coordinates: readonly [ring: readonly LonLat[]];
}

/** In one ring, including the closing position; surveyed fields have dozens. */
export const MOST_POSITIONS = 500;
/** Degrees; a wider ring is a mistake, such as a misplaced decimal point. */
const WIDEST = 0.2;

/** Everything that is wrong, in words; the shape (pairs of numbers in one ring) is already checked. */
export function* problemsOfPolygon({ coordinates: [ring] }: Polygon): Generator<string> {
  if (ring.length < 4) yield 'the ring of boundary must have at least 4 positions, the last equal to the first';
  if (ring.length > MOST_POSITIONS) yield `the ring of boundary may have ${MOST_POSITIONS} positions at most`;
  const beyond = ring.find(([longitude, latitude]) => !(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90));
  if (beyond !== undefined) {
    yield `boundary has ${JSON.stringify(beyond)}, which is not [longitude, latitude] in degrees`;
    return;
  }
  const [first, last] = [ring[0], ring.at(-1)];
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) {
    yield 'the ring of boundary must be closed: its last position must equal its first';
  }
  const spans = [0, 1].map((axis) => {
    const values = ring.map((position) => position[axis as 0 | 1]);
    return Math.max(...values) - Math.min(...values);
  });
  if (spans.some((span) => span > WIDEST)) yield `boundary is wider than ${WIDEST} degrees, more than any field`;
  else if (spans.some((span) => span === 0)) yield 'boundary encloses nothing';
}
