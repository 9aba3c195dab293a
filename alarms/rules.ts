/** The rules for a device at a time: those of the profile in force, else of its kind's default profile, else the kind's normal ranges. */

import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import { intervalAt, intervalsOf, type Season } from '../sensors/stages.ts';
import { bandRules } from './band-rules.ts';
import { createEnvelope, type Envelope } from './envelope.ts';
import { equipmentRules } from './equipment-rules.ts';
import { forecastRules } from './forecast-rules.ts';
import type { Rule } from './rule.ts';
import { sensorRules } from './sensor-rules.ts';

export interface RuleSet {
  /** In force from (included) to (excluded). */
  readonly from: number;
  readonly to: number;
  readonly rules: readonly Rule[];
  readonly envelope: Envelope;
}

export interface Judged {
  readonly kind: Kind;
  readonly intervalMs: number;
  readonly season: Season;
  readonly profileNamed: (name: string) => Profile | undefined;
}

/** The rules at a time, with the period for which they stay the same. */
export function rulesAt({ kind, intervalMs, season, profileNamed }: Judged, time: number): RuleSet {
  const stage = intervalAt(intervalsOf(season), time);
  const own = profileNamed(stage?.profile ?? '');
  const fitting = own?.kinds.includes(kind.name) ? own : undefined;
  const profile = fitting ?? profileNamed(kind.defaultProfile ?? '') ?? normalProfile(kind);
  const rules = [
    ...bandRules(profile, kind, intervalMs),
    ...forecastRules(profile, kind, intervalMs),
    ...equipmentRules(kind, intervalMs),
    ...sensorRules(kind, intervalMs),
  ];
  return {
    from: stage?.from ?? Number.NEGATIVE_INFINITY,
    to: stage?.to ?? Number.POSITIVE_INFINITY,
    rules,
    envelope: createEnvelope(rules),
  };
}

/** A kind without a profile: a value outside its normal range deserves a look. Not for drones, where on the ground nearly all values are outside. */
function normalProfile(kind: Kind): Profile {
  const watched = kind.isIntermittent ? [] : kind.fields;
  return {
    name: 'normal',
    label: { zh: '正常范围', en: 'normal range' },
    version: 0,
    effective: '1970-01-01',
    author: 'sensors/kinds',
    kinds: [kind.name],
    bands: watched.flatMap(({ name, shape, unit, normal }) =>
      // Position and heading of a vehicle are no matter of health.
      normal === undefined || shape !== 'number' || unit === 'deg' || !kind.primary.includes(name)
        ? []
        : [
            {
              field: name,
              warnBelow: normal[0],
              warnAbove: normal[1],
              holdMinutes: { warning: 30, critical: 30 },
              source: `normal range of ${kind.name}`,
            },
          ],
    ),
  };
}
