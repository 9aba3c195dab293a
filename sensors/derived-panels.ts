/** Default charts for a kind that names none: primary fields first, one chart per unit, states together. */
import { COMMON_FIELDS } from './common-fields.ts';
import type { Field, Kind, Panel } from './kind.ts';

export function derivedPanels({ fields, primary }: Pick<Kind, 'fields' | 'primary'>): readonly Panel[] {
  const first = primary.flatMap((name) => fields.filter((field) => field.name === name));
  const others = fields.filter((field) => !primary.includes(field.name) && isOfSubject(field));
  const groups = new Map<string, Field[]>();
  for (const field of [...first, ...others]) {
    const key = field.shape === 'number' ? field.unit : 'states';
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return [...groups.values()].map((group) => ({ title: titleOf(group), fields: group.map(({ name }) => name) }));
}

/** Angles do not make curves; battery and signal describe the device, not what it measures. */
const isOfSubject = ({ name, unit }: Field) => unit !== 'deg' && !COMMON_FIELDS.some((field) => field.name === name);

function titleOf(group: readonly Field[]): Panel['title'] {
  const [one, ...others] = group.map(({ label }) => label);
  if (one === undefined || group[0]?.shape !== 'number') return { zh: '状态', en: 'States' };
  return others.length === 0 ? one : { zh: `${one.zh}等`, en: `${one.en} and more` };
}
