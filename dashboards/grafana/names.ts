/** UIDs and names that never change, because links, alerts and bookmarks contain them. */
import type { Language } from '../../sensors/format.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Dashboard } from '../definition/dashboard.ts';

export const DATASOURCE = { type: 'influxdb', uid: 'daoyu-influxdb' } as const;

export const LANGUAGES = ['zh', 'en'] as const satisfies readonly Language[];

export const FOLDERS: Readonly<Record<Language, { readonly uid: string; readonly title: string }>> = {
  zh: { uid: 'daoyu-zh', title: '稻渔' },
  en: { uid: 'daoyu-en', title: 'Daoyu' },
};

/** At most 40 letters, digits, `-` and `_`, as Grafana wants it. */
export function uidOf({ name }: Pick<Dashboard, 'name'>, language: Language): string {
  return `daoyu-${name}${suffixOf(language)}`;
}

export const suffixOf = (language: Language) => (language === 'zh' ? '' : `-${language}`);

/** The variable for sites: `site` if exactly one is selected, otherwise one per kind. */
export function siteVariableOf({ choice }: Pick<Dashboard, 'choice'>, { name }: Pick<Kind, 'name'>): string {
  return choice === 'site' ? 'site' : `site_${name}`;
}
