/** The limits of a field as one band, for a site that may have no profile. */

import { type Limits, limitsOf } from '../../../sensors/limits.ts';
import type { Profile } from '../../../sensors/profile.ts';

export function bandOf(profile: Profile | undefined, field: string): Limits | undefined {
  return profile && limitsOf(profile, field);
}
