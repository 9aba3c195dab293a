/** A device's own report may be wrong: shows the measurement beside "on", and whether it is too low. */
import { formatValue } from '../../../sensors/format.ts';
import type { Field, Kind } from '../../../sensors/kind.ts';
import { useLanguage } from '../feed/app-context.ts';

interface Props {
  readonly kind: Pick<Kind, 'fields' | 'equipment'>;
  readonly values: Readonly<Record<string, number>> | undefined;
  /** The switch as the device reports it. */
  readonly field: string;
}

export interface Effect {
  readonly field: Field;
  readonly value: number;
  /** On, but measured below the least that it draws. */
  readonly isMissing: boolean;
}

/** Paired as in the kind's equipment rules. */
export function effectOf({ kind, values, field }: Props): Effect | undefined {
  for (const { terms } of kind.equipment ?? []) {
    const [reported, effect] = terms;
    if (reported?.field !== field || reported.is === undefined || effect?.below === undefined) continue;
    const found = kind.fields.find(({ name }) => name === effect.field);
    const value = values?.[effect.field];
    if (found === undefined || value === undefined) continue;
    return { field: found, value, isMissing: values?.[field] === reported.is && value < effect.below };
  }
  return undefined;
}

export function Measured(props: Props) {
  const { language, word } = useLanguage();
  const effect = effectOf(props);
  if (effect === undefined) return null;
  return (
    <p class={effect.isMissing ? 'measured missing' : 'measured'} data-field={effect.field.name}>
      {word('measuredPower')} {formatValue(effect.field, effect.value, language)}
      {effect.isMissing && ` · ${word('notRunning')}`}
    </p>
  );
}
