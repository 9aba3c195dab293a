/** Runs a scenario: combines its world, faults and fleet. */
import { beijingDate, midnightBefore } from '../base/beijing-time.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Fault } from './fault.ts';
import type { FaultPlan } from './fault-plan.ts';
import { createFaultsOf } from './faults.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import type { FleetMember } from './fleet-member.ts';
import type { CreateModel, Model } from './model.ts';
import { createModelOf } from './model-of.ts';
import type { Scenario } from './scenario.ts';
import { takingPart } from './scenario-scope.ts';
import { createPace } from './sim-clock.ts';
import { createTruth, type Truth, type TruthSink } from './truth.ts';

export interface RunOptions
  extends Pick<FleetOptions, 'url' | 'members' | 'fromOf' | 'onRefused' | 'onTrouble' | 'onError'> {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly models: ReadonlyMap<string, CreateModel>;
  readonly faults: ReadonlyMap<string, Fault>;
  /** Absent: the devices are healthy and run until closed. */
  readonly scenario?: Scenario;
  readonly name?: string;
  /** Faults without a scenario; their hours start at the midnight before the run. */
  readonly plans?: readonly FaultPlan[];
  readonly seed: string;
  /** Epoch ms of the first measurement. */
  readonly from: number;
  /** Simulated seconds per real second; `Infinity`: as fast as acknowledged. */
  readonly speed: number;
  readonly clock: () => number;
  readonly truth?: TruthSink;
}

export interface Run extends Fleet {
  readonly from: number;
  /** Epoch ms; undefined: it runs until closed. */
  readonly to: number | undefined;
}

const HOUR = 3_600_000;

/** Starts at once. Throws `KIND_UNKNOWN` and `SCENARIO_INVALID` before anything is opened. */
export function startRun(options: RunOptions): Run {
  const { kinds, faults, scenario, name, seed, from, speed, clock } = options;
  const members = scenario === undefined ? options.members : takingPart(options.members, scenario);
  const to = scenario === undefined ? undefined : from + scenario.hours * HOUR;
  const modelOf = createWorld(options);
  const start = scenario === undefined ? midnightBefore(from) : from;
  const plans = scenario?.faults ?? options.plans ?? [];
  const faultsOf = createFaultsOf({ faults, plans, fleet: members, start, seed });
  const truth = options.truth && createTruth(options.truth);
  truth?.write({
    ...{ is: 'run', version: 1, scenario: name ?? null, seed, from, to: to ?? null },
    speed: speed === Number.POSITIVE_INFINITY ? 'max' : speed,
  });
  const fleet = startFleet({
    ...{ url: options.url, members, kinds, seed, faultsOf },
    modelOf,
    pace: createPace(from, speed, clock),
    ...(to !== undefined && { to }),
    ...(truth && { truth }),
    ...(options.fromOf && { fromOf: options.fromOf }),
    ...(options.onRefused && { onRefused: options.onRefused }),
    ...(options.onTrouble && { onTrouble: options.onTrouble }),
    ...(options.onError && { onError: options.onError }),
  });
  return withTruth(fleet, truth, { from, to });
}

/** The world of the devices: weather and conditions of the scenario, in its season. */
export function createWorld({
  kinds,
  models,
  scenario,
  seed,
  from,
}: Pick<RunOptions, 'kinds' | 'models' | 'scenario' | 'seed' | 'from'>): (member: FleetMember) => Model {
  const shift = scenario?.season === undefined ? 0 : seasonShift(from, scenario.season);
  const modelOf = createModelOf(kinds, models, { seed, start: from + shift, conditions: scenario?.conditions ?? [] });
  return (member) => shifted(modelOf(member), shift);
}

/** Whole days from a date to the day of the season in the same year; the time of day is unchanged. */
function seasonShift(from: number, season: string): number {
  const local = beijingDate(from);
  const day = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate());
  return Date.parse(`${local.getUTCFullYear()}-${season}T00:00:00Z`) - day;
}

function shifted(model: Model, shift: number): Model {
  return shift === 0
    ? model
    : {
        sample: (at, since) => model.sample(at + shift, since === undefined ? undefined : since + shift),
        obey: (name, value, at) => model.obey?.(name, value, at + shift),
      };
}

function withTruth(fleet: Fleet, truth: Truth | undefined, span: Pick<Run, 'from' | 'to'>): Run {
  return {
    ...span,
    live: fleet.live,
    ended: fleet.ended,
    get counts() {
      return fleet.counts;
    },
    get position() {
      return fleet.position;
    },
    async close(how) {
      await fleet.close(how);
      await truth?.close();
    },
  };
}
