/** Shared parts of the seeded profiles: starting points from standards and extension texts, to be replaced by the county's own standard. */
import type { Band, Profile } from '../../sensors/profile.ts';

export function startingProfile(
  name: string,
  zh: string,
  en: string,
  kinds: readonly string[],
  bands: readonly Band[],
): Profile {
  return {
    name,
    label: { zh, en },
    version: 1,
    effective: '2026-01-01',
    author: 'daoyu: starting values, 待“开江标准”替换',
    kinds,
    bands,
  };
}
