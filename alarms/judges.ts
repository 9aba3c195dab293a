/** The rules in force for each device, cached until they change. */
import type { Kind } from '../sensors/kind.ts';
import { maintenanceOf } from './actions.ts';
import { curveFieldsOf } from './equipment-rules.ts';
import type { Judging } from './judging.ts';
import type { Emitter } from './lifecycle.ts';
import { endWithoutRule } from './readings.ts';
import { type RuleSet, rulesAt } from './rules.ts';
import { silentAfter } from './silence.ts';
import { cellOf, type DeviceCell, type State } from './state.ts';

export interface Judges {
  /** The rules for a device's readings at a time; ends alarms of rules that no longer apply. */
  judgingOf(name: string, device: DeviceCell, kind: Kind, time: number, to: Emitter): Judging;
  /** Profiles, sites or devices have changed. */
  forget(): void;
}

export function createJudges(state: State): Judges {
  /** Derived from the state, so not stored. */
  const ruleSets = new Map<string, RuleSet>();

  function judgingOf(name: string, device: DeviceCell, kind: Kind, time: number, to: Emitter): Judging {
    const intervalMs = device.info.intervalMs ?? kind.intervalMs;
    const { rules, envelope } = rulesOf(name, device, kind, time, to);
    return {
      rules,
      envelope,
      curveFields: curveFieldsOf(kind),
      intervalMs,
      silentAfterMs: silentAfter(intervalMs),
      maintenanceUntil: maintenanceOfDevice(device),
      to,
    };
  }

  /** Called for every reading; nearly always nothing is under maintenance. */
  function maintenanceOfDevice({ info }: DeviceCell): number | undefined {
    return state.head.maintenance.length === 0 ? undefined : maintenanceOf(state, { ...info, device: info.id });
  }

  function rulesOf(name: string, device: DeviceCell, kind: Kind, time: number, to: Emitter): RuleSet {
    const known = ruleSets.get(name);
    if (known !== undefined && time >= known.from && time < known.to) return known;
    const { park, site, intervalMs = kind.intervalMs } = device.info;
    const found = rulesAt(
      {
        kind,
        intervalMs,
        season: state.sites.get(cellOf.site(park, site)) ?? {},
        profileNamed: (profile) => state.profiles.get(cellOf.profile(profile)),
      },
      time,
    );
    // A backlog from another stage does not end alarms of the current stage.
    if (time > device.newest) {
      ruleSets.set(name, found);
      endWithoutRule(device, found.rules, to);
    }
    return found;
  }

  return { judgingOf, forget: () => ruleSets.clear() };
}
