/** The limits of a field as one band: a profile may tell low and high apart, because they are waited for differently. */

import type { Band, Profile } from '../../../sensors/profile.ts';

export function bandOf(profile: Profile | undefined, field: string): Band | undefined {
  const [first, ...others] = profile?.bands.filter((band) => band.field === field) ?? [];
  return first && Object.assign({}, ...others, first);
}
