/** Options for threshold profiles, and the default of a site type. */
import type { SiteType } from '../../../registry/registry.ts';
import type { Language } from '../../../sensors/format.ts';
import type { Profile } from '../../../sensors/profile.ts';
import type { Catalog } from '../feed/catalog.ts';

/** The usual kind of device by site type. */
export const TYPICAL_KIND: Readonly<Partial<Record<SiteType, string>>> = {
  pond: 'aquaculture_pond',
  paddy: 'paddy_water',
  cold_store: 'cold_chain',
  vehicle: 'cold_chain',
  field: 'drone_seeding',
};

export const profileChoices = (
  profiles: readonly Profile[],
  language: Language,
): readonly (readonly [string, string])[] => profiles.map(({ name, label }) => [name, label[language]]);

/** Empty if there is none. */
export function typicalProfile(type: SiteType, { kinds, profiles }: Pick<Catalog, 'kinds' | 'profiles'>): string {
  const name = kinds.get(TYPICAL_KIND[type] ?? '')?.defaultProfile;
  return profiles.some((profile) => profile.name === name) ? (name ?? '') : '';
}
