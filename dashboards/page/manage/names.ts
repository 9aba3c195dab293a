/** Ids and names of what is new: the id is proposed, so that nobody has to think of one. */
import type { Language } from '../../../sensors/format.ts';
import type { Label } from '../../../sensors/label.ts';

/** Of the name where it has Latin letters or digits, else the noun with the next free number: `pond-3`. */
export function proposedId(name: string, noun: string, taken: ReadonlySet<string>): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  // "3 号塘" leaves "3": a number alone names nothing.
  const base = /[a-z]/.test(slug) && !/\p{Script=Han}/u.test(name) ? slug : noun.replaceAll('_', '-');
  if (base === slug && !taken.has(base)) return base;
  for (let number = 1; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

/** A name in one language stands for both until the other is given. */
export const labelFrom = (name: string): Label => ({ zh: name.trim(), en: name.trim() });

export const withName = (label: Label, language: Language, name: string): Label => ({ ...label, [language]: name });
