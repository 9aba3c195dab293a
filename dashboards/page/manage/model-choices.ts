/** Options for device models, grouped by kind; a device without a model sends the platform's own fields. */
import type { SiteType } from '../../../registry/registry.ts';
import type { Language } from '../../../sensors/format.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Model } from '../feed/places.ts';
import type { OptionGroup } from './fields.tsx';
import { TYPICAL_KIND } from './profile-choices.ts';

const KIND = 'kind:';
const MODEL = 'model:';

export function groupsOf(
  models: readonly Model[],
  kinds: ReadonlyMap<string, Kind>,
  language: Language,
  ownFormat: string,
): readonly OptionGroup[] {
  return [...kinds.values()].map(({ name, label }) => ({
    label: label[language],
    options: [
      [KIND + name, `${label[language]} · ${ownFormat}`],
      ...models.filter(({ kind }) => kind === name).map((each) => [MODEL + each.model, each.label[language]] as const),
    ],
  }));
}

export function initialChoice(type: SiteType, kinds: ReadonlyMap<string, Kind>): string {
  const typical = TYPICAL_KIND[type];
  return KIND + (typical !== undefined && kinds.has(typical) ? typical : ([...kinds.keys()][0] ?? ''));
}

export function parseChoice(choice: string): { readonly kind: string } | { readonly model: string } {
  return choice.startsWith(MODEL) ? { model: choice.slice(MODEL.length) } : { kind: choice.slice(KIND.length) };
}
