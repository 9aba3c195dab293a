/** Who takes part in a scenario, and when it begins. */
import { midnightBefore } from '../base/beijing-time.ts';
import type { FleetMember } from './fleet-member.ts';
import type { Scenario } from './scenario.ts';

const HOUR = 3_600_000;

/** The devices of the fleet whose kinds the scenario names. */
export function takingPart(members: readonly FleetMember[], scenario: Scenario): readonly FleetMember[] {
  return members.filter(({ kind }) => kind in scenario.fleet);
}

/** The newest instant at the scenario's hour of Beijing time from which all of it lies in the past: a platform refuses the future. */
export function startInPast(scenario: Scenario, now: number): number {
  const latest = now - scenario.hours * HOUR;
  const hour = (scenario.startHour ?? 0) * HOUR;
  return midnightBefore(latest - hour) + hour;
}
