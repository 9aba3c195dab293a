/** The devices in a scenario, and its start. */
import { midnightBefore } from '../base/beijing-time.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Scenario } from './scenario.ts';

const HOUR = 3_600_000;

/** The devices of the fleet whose kinds are in the scenario. */
export function takingPart(members: readonly FleetMember[], scenario: Scenario): readonly FleetMember[] {
  return members.filter(({ kind }) => kind in scenario.fleet);
}

/** The latest start at the scenario's hour of Beijing time at which its end is in the past: a platform refuses future times. */
export function startInPast(scenario: Scenario, now: number): number {
  const latest = now - scenario.hours * HOUR;
  const hour = (scenario.startHour ?? 0) * HOUR;
  return midnightBefore(latest - hour) + hour;
}
