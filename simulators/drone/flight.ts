/** One seeding mission, second by second: sorties until the field is sown, each ended by an empty hopper or a low battery, with minutes on the ground in between. */
import { gaussian, uniform } from '../random.ts';
import { type FieldPlan, gap, type Line, type Spot } from './field-plan.ts';

export interface FlightSecond {
  readonly spot: Spot;
  /** m above the ground. */
  readonly altitude: number;
  /** m/s. */
  readonly speed: number;
  /** Degrees. */
  readonly heading: number;
  readonly isSpreading: boolean;
  /** kg. */
  readonly hopper: number;
  /** Flow from the hopper in this second, kg/min. */
  readonly flow: number;
  /** %. */
  readonly battery: number;
  readonly voltage: number;
  readonly line: number;
  /** Area sown so far, ha. */
  readonly area: number;
}

export interface Sortie {
  /** Time of take-off, epoch ms. */
  readonly from: number;
  readonly seconds: readonly FlightSecond[];
}

export interface Order {
  /** kg/ha. */
  readonly rate: number;
  /** m. */
  readonly swath: number;
  /** m/s. */
  readonly speed: number;
  /** m. */
  readonly altitude: number;
}

/** 40 kg/ha of conventional rice at 6 m and 5 m/s; 2.5 m above the ground. */
export const ORDER: Order = { rate: 40, swath: 6, speed: 5, altitude: 2.5 };

/** Mass of a T40-class drone with battery, and capacity of the hopper, kg (manufacturer: 51 kg). */
const EMPTY_MASS = 50;
const HOPPER = 50;
/** Thresholds that end a sortie. */
const LEAST_SEED = 2;
const LEAST_BATTERY = 20;
/** Guards against an endless mission; a day never has more sorties. */
const MOST_SORTIES = 40;

export function flyMission(plan: FieldPlan, order: Order, start: number, seed: number): readonly Sortie[] {
  // With factory calibration the machine sows up to 17 % too little (trials of Auburn University), usually less.
  const bias = 1 - 0.17 * uniform(seed, 1) ** 2;
  const sorties: Sortie[] = [];
  let takeOff = start;
  let line = 0;
  let resume: Spot | undefined;
  let area = 0;
  while (line < plan.lines.length && sorties.length < MOST_SORTIES) {
    const left = plan.lines.slice(line).reduce((sum, each) => sum + gap(each.from, each.to), 0);
    const load = Math.min(HOPPER, (left * order.swath * order.rate) / 10_000 + LEAST_SEED + 1.5);
    const flown = flySortie({ plan, order, seed: seed + 7919 * sorties.length, bias, load, line, resume, area });
    sorties.push({ from: takeOff, seconds: flown.seconds });
    ({ line, resume, area } = flown);
    // Two to four minutes for seed and a charged battery.
    takeOff += 1000 * (flown.seconds.length + Math.round(120 + 120 * uniform(seed ^ 0x51, sorties.length)));
  }
  return sorties;
}

interface SortieStart {
  readonly plan: FieldPlan;
  readonly order: Order;
  readonly seed: number;
  readonly bias: number;
  readonly load: number;
  readonly line: number;
  readonly resume: Spot | undefined;
  readonly area: number;
}

function flySortie(begin: SortieStart) {
  const { plan, order, seed, bias, load } = begin;
  const seconds: FlightSecond[] = [];
  let spot = plan.home;
  let { line, resume, area } = begin;
  let hopper = load;
  let battery = 98 + 2 * uniform(seed, 2);
  let wobble = 0;
  let heading = 0;

  /** One second of flight towards a point; with `spreads`, the hopper is open. */
  function second(target: Spot, wanted: number, spreads: boolean, altitude: number): void {
    const index = seconds.length;
    wobble = 0.9 * wobble + 0.065 * gaussian(seed ^ 0x11, index);
    const distance = gap(spot, target);
    const speed = Math.min(distance, Math.max(0, wanted + (wanted > 1 ? wobble : 0)));
    if (distance > 0.01) heading = (Math.atan2(target[0] - spot[0], target[1] - spot[1]) * 180) / Math.PI;
    const share = distance === 0 ? 0 : speed / distance;
    spot = [spot[0] + (target[0] - spot[0]) * share, spot[1] + (target[1] - spot[1]) * share];
    // The metering wheel follows the speed with some variation.
    const metered = (order.rate * order.swath * speed * 60) / 10_000;
    const flow = spreads ? Math.min(hopper * 60, metered * bias * (1 + 0.04 * gaussian(seed ^ 0x22, index))) : 0;
    hopper -= flow / 60;
    if (spreads) area += (speed * order.swath) / 10_000;
    const load = ((EMPTY_MASS + hopper) / EMPTY_MASS) ** 1.5;
    battery -= (100 / (18 * 60)) * load;
    seconds.push({
      spot,
      altitude: altitude + 0.08 * gaussian(seed ^ 0x33, index),
      speed,
      heading: (heading + 360) % 360,
      isSpreading: spreads,
      hopper,
      flow,
      battery,
      voltage: 60.9 * (0.82 + 0.18 * Math.max(0, battery / 100) ** 0.6) - 1.2 * load,
      line,
      area,
    });
  }

  function flyTo(target: Spot, speed: number): void {
    while (gap(spot, target) > 0.05) second(target, speed, false, order.altitude + 2.5);
  }

  function climb(from: number, to: number): void {
    for (let step = 1; step <= 5; step++) second(spot, 0, false, from + ((to - from) * step) / 5);
  }

  climb(0, order.altitude);
  while (line < plan.lines.length) {
    const { from, to } = plan.lines[line] as Line;
    const entry = resume ?? from;
    if (gap(spot, entry) > 2.5 * order.swath) flyTo(entry, 8);
    else while (gap(spot, entry) > 0.05) second(entry, 2.2, false, order.altitude);
    resume = undefined;
    while (gap(spot, to) > 0.05 && hopper > LEAST_SEED && battery > LEAST_BATTERY)
      second(to, order.speed, true, order.altitude);
    if (gap(spot, to) > 0.05) {
      resume = spot;
      break;
    }
    line++;
  }
  flyTo(plan.home, 8);
  climb(order.altitude, 0);
  return { seconds, line, resume, area };
}
