/** Position of a refrigerated van: two rounds a day from the logistics park, stops with open doors, a motorway with tunnels without satellite reception. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { seedOf, uniform } from '../random.ts';

type Point = readonly [latitude: number, longitude: number];

interface Leg {
  readonly to: Point;
  /** km/h. */
  readonly speed: number;
  readonly isTunnel?: true;
  /** Duration of the stop, and of the open door, minutes. */
  readonly stop?: readonly [minutes: number, doorMinutes: number];
  /** The cargo is loaded here. */
  readonly isLoading?: true;
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** km/h and degrees. */
  readonly speed: number;
  readonly heading: number;
  readonly hasFix: boolean;
  readonly isDoorOpen: boolean;
}

const DEPOT: Point = [31.0801, 107.8751];

/** By the county road to the ponds of Renshi and Guangfu, where crab is loaded, and back by the motorway. */
const SOUTH: readonly Leg[] = [
  { to: DEPOT, speed: 0, stop: [18, 6], isLoading: true },
  { to: [31.062, 107.905], speed: 40 },
  { to: [31.021, 107.952], speed: 40, stop: [14, 5] },
  { to: [31.009, 107.935], speed: 35, stop: [12, 4] },
  { to: [30.973, 107.963], speed: 42, stop: [15, 6] },
  { to: [30.99, 107.93], speed: 60 },
  { to: [31.012, 107.912], speed: 76, isTunnel: true },
  { to: [31.05, 107.89], speed: 78 },
  { to: DEPOT, speed: 45 },
];

/** To the west: Pu'an and Huilong, through two tunnels. */
const WEST: readonly Leg[] = [
  { to: DEPOT, speed: 0, stop: [16, 5], isLoading: true },
  { to: [31.095, 107.86], speed: 50 },
  { to: [31.106, 107.85], speed: 76, isTunnel: true },
  { to: [31.115, 107.842], speed: 55, stop: [13, 5] },
  { to: [31.128, 107.836], speed: 45, isTunnel: true },
  { to: [31.14, 107.83], speed: 40, stop: [15, 4] },
  { to: [31.111, 107.855], speed: 42, stop: [10, 3] },
  { to: DEPOT, speed: 42 },
];

const MINUTE = 60_000;
/** Seconds of acceleration and deceleration. */
const RAMP = 20;

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly start: Point;
  readonly leg: Leg;
  /** Driving, or stopped at the end of the leg. */
  readonly isStop: boolean;
  /** Whether the leg starts from and ends at a standstill; otherwise it passes a mark on the road. */
  readonly starts: boolean;
  readonly halts: boolean;
}

export interface Route {
  at(time: number): Place;
  /** Whether new cargo is loaded between two instants. */
  loads(from: number, to: number): boolean;
}

export function createRoute(seed: string): Route {
  const seeded = seedOf(`${seed}/route`);
  let known: { day: number; segments: readonly Segment[] } | undefined;

  function segmentsOf(day: number): readonly Segment[] {
    if (known?.day !== day) known = { day, segments: planDay(seeded, day) };
    return known.segments;
  }

  return {
    at(time) {
      const segment = segmentsOf(dayNumberOf(time)).find((each) => time >= each.from && time < each.to);
      return segment === undefined ? parked(DEPOT) : placeIn(segment, time);
    },
    loads(from, to) {
      return segmentsOf(dayNumberOf(from)).some(
        ({ isStop, leg, from: begin }) => isStop && leg.isLoading === true && begin >= from && begin < to,
      );
    },
  };
}

/** Rounds start at about 05:40 and 13:30, varying by day; the order of the two rounds varies by van and day. */
function planDay(seed: number, day: number): readonly Segment[] {
  const midnight = midnightOf(day);
  const isSouthFirst = uniform(seed, day) < 0.5;
  const morning = drive(
    isSouthFirst ? SOUTH : WEST,
    midnight + (5.6 + 0.4 * uniform(seed ^ 0x5, day)) * 60 * MINUTE,
    seed,
    day,
  );
  const afternoon = drive(
    isSouthFirst ? WEST : SOUTH,
    midnight + (13.4 + 0.5 * uniform(seed ^ 0x6, day)) * 60 * MINUTE,
    seed,
    -day,
  );
  return [...morning, ...afternoon];
}

function drive(legs: readonly Leg[], begin: number, seed: number, day: number): Segment[] {
  const segments: Segment[] = [];
  let time = begin;
  let place = DEPOT;
  for (const [index, leg] of legs.entries()) {
    if (leg.speed > 0) {
      const starts = segments.at(-1)?.isStop !== false;
      const halts = leg.stop !== undefined || index === legs.length - 1;
      const seconds = distance(place, leg.to) / (leg.speed / 3.6) + (RAMP / 2) * (Number(starts) + Number(halts));
      segments.push({ from: time, to: time + seconds * 1000, start: place, leg, isStop: false, starts, halts });
      time += seconds * 1000;
      place = leg.to;
    }
    if (leg.stop !== undefined) {
      const [minutes, doorMinutes] = leg.stop;
      const longer = 0.8 + 0.5 * uniform(seed ^ (index + 11), day);
      const stop: Leg = { ...leg, stop: [minutes * longer, doorMinutes * longer] };
      const to = time + minutes * longer * MINUTE;
      segments.push({ from: time, to, start: place, leg: stop, isStop: true, starts: false, halts: false });
      time = to;
    }
  }
  return segments;
}

function placeIn({ from, to, start, leg, isStop, starts, halts }: Segment, time: number): Place {
  if (isStop) {
    const minutes = (time - from) / MINUTE;
    // The door opens two minutes after the stop.
    const isDoorOpen = minutes >= 2 && minutes < 2 + (leg.stop?.[1] ?? 0);
    return { ...parked(leg.to), isDoorOpen };
  }
  const elapsed = (time - from) / 1000;
  const left = (to - time) / 1000;
  const metres = distance(start, leg.to);
  const full = leg.speed / 3.6;
  const isGathering = starts && elapsed < RAMP;
  const isBraking = halts && left < RAMP;
  const share = isGathering ? elapsed / RAMP : isBraking ? left / RAMP : 1;
  const driven = isGathering
    ? (full * elapsed ** 2) / (2 * RAMP)
    : isBraking
      ? metres - (full * left ** 2) / (2 * RAMP)
      : full * (elapsed - (starts ? RAMP / 2 : 0));
  const part = metres === 0 ? 1 : Math.min(1, Math.max(0, driven / metres));
  return {
    latitude: start[0] + (leg.to[0] - start[0]) * part,
    longitude: start[1] + (leg.to[1] - start[1]) * part,
    speed: leg.speed * share,
    heading: bearing(start, leg.to),
    hasFix: leg.isTunnel !== true,
    isDoorOpen: false,
  };
}

function parked([latitude, longitude]: Point): Place {
  return { latitude, longitude, speed: 0, heading: 0, hasFix: true, isDoorOpen: false };
}

/** m per degree of latitude. */
export const DEGREE = 111_320;

function distance(from: Point, to: Point): number {
  const north = (to[0] - from[0]) * DEGREE;
  const east = (to[1] - from[1]) * DEGREE * Math.cos((from[0] * Math.PI) / 180);
  return Math.hypot(north, east);
}

function bearing(from: Point, to: Point): number {
  const north = to[0] - from[0];
  const east = (to[1] - from[1]) * Math.cos((from[0] * Math.PI) / 180);
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}
