/** A flown mission for tests: lines back and forth at 1 Hz, with one line left out and one flown twice. */
export interface Flown {
  readonly time: number;
  readonly [field: string]: number;
}

interface Plan {
  readonly begin: number;
  readonly lines: number;
  /** Metres. */
  readonly length: number;
  readonly swath: number;
  readonly rate: number;
  /** Lines that are not flown, by number from 1. */
  readonly missed?: readonly number[];
  /** Lines that are flown a second time at the end. */
  readonly again?: readonly number[];
}

const LATITUDE = 31.0262;
const LONGITUDE = 107.9583;
const METRES_PER_DEGREE = 111_320;
const SPEED = 5;
const TURN_SECONDS = 4;

export function fly({ begin, lines, length, swath, rate, missed = [], again = [] }: Plan): readonly Flown[] {
  const flown: Flown[] = [];
  let time = begin;
  let hopper = 50;
  const order = [
    ...Array.from({ length: lines }, (_, index) => index + 1).filter((line) => !missed.includes(line)),
    ...again,
  ];
  for (const [index, line] of order.entries()) {
    const y = (line - 0.5) * swath;
    for (let along = 0; along <= length; along += SPEED) {
      const x = index % 2 === 0 ? along : length - along;
      const isSpreading = along < length;
      hopper = hopper < 3 ? 50 : hopper - (isSpreading ? (rate * swath * SPEED) / 10_000 : 0);
      flown.push(sample({ time, x, y, line, isSpreading, rate, swath, hopper }));
      time += 1000;
    }
    time += TURN_SECONDS * 1000;
  }
  return flown;
}

interface State {
  readonly time: number;
  readonly x: number;
  readonly y: number;
  readonly line: number;
  readonly isSpreading: boolean;
  readonly rate: number;
  readonly swath: number;
  readonly hopper: number;
}

/** Metres east and north of where the first line begins, as longitude and latitude. */
export function positionAt([east, north]: readonly [east: number, north: number]): [number, number] {
  return [
    Number((LONGITUDE + east / METRES_PER_DEGREE / Math.cos((LATITUDE * Math.PI) / 180)).toFixed(7)),
    Number((LATITUDE + north / METRES_PER_DEGREE).toFixed(7)),
  ];
}

function sample({ time, x, y, line, isSpreading, rate, swath, hopper }: State): Flown {
  const [longitude, latitude] = positionAt([x, y]);
  return {
    time,
    latitude,
    longitude,
    spreading: isSpreading ? 1 : 0,
    seeding_rate: isSpreading ? rate : 0,
    swath_width: swath,
    line_index: line,
    hopper_weight: Number(hopper.toFixed(2)),
    battery_level: 80,
    rtk_fix: 4,
    ground_speed: SPEED,
    area_covered: 0.5,
  };
}
