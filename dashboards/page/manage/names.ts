/** Proposes ids for new parks, sites and devices, and completes their names. */
import type { Language } from '../../../sensors/format.ts';
import type { Label } from '../../../sensors/label.ts';

/** Built from the Latin letters and digits of the name, otherwise from the noun and the next free number: `pond-3`. */
export function proposedId(name: string, noun: string, taken: ReadonlySet<string>): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  // "3 号塘" leaves "3": a number alone is not a useful id.
  const base = /[a-z]/.test(slug) && !/\p{Script=Han}/u.test(name) ? slug : noun.replaceAll('_', '-');
  if (base === slug && !taken.has(base)) return base;
  for (let number = 1; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

/** A name in one language is used for both until the other is given. */
export const labelFrom = (name: string): Label => ({ zh: name.trim(), en: name.trim() });

export const withName = (label: Label, language: Language, name: string): Label => ({ ...label, [language]: name });
