/** The limits of a field as one band, for a site that may have no profile, or another one in each stage. */

import { type Limits, limitsOf } from '../../../sensors/limits.ts';
import type { Profile } from '../../../sensors/profile.ts';
import type { ProfileInterval } from './season.ts';

export interface BandSpell {
  /** Epoch ms; the first has no beginning and the last no end. */
  readonly from: number;
  readonly to: number;
  readonly band?: Limits;
}

export function bandOf(profile: Profile | undefined, field: string): Limits | undefined {
  return profile && limitsOf(profile, field);
}

export function bandsOf(season: readonly ProfileInterval[], field: string): readonly BandSpell[] {
  return season.map(({ from, to, profile }) => {
    const band = bandOf(profile, field);
    return { from, to, ...(band && { band }) };
  });
}
