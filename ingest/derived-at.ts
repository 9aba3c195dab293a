/** Formulas that need the air pressure at the water: measured in the same reading or, without a barometer, the standard one at the height of the site. */
import type { Field } from '../sensors/kind.ts';
import { pressureAt } from '../sensors/oxygen-saturation.ts';

/** In metres; read at each reading, so that a site may be surveyed later. */
export type Elevation = () => number | undefined;

/** Height of Kaijiang, for sites whose height nobody has entered. */
export const USUAL_ELEVATION = 440;
const BAROMETER = 'air_pressure';

/** Fields that may be worked out of others; of two with one name, the first that can be counts. */
export function derivedFieldsAt(fields: readonly Field[], elevation: Elevation = () => undefined): readonly Field[] {
  const hasBarometer = fields.some(({ name }) => name === BAROMETER);
  return fields.flatMap((field): readonly Field[] => {
    const { derived } = field;
    if (derived === undefined) return [];
    if (!derived.takesPressure) return [field];
    const value = (...inputs: readonly number[]) =>
      derived.value(...inputs, pressureAt(elevation() ?? USUAL_ELEVATION));
    const byHeight = { ...field, derived: { ...derived, value } };
    if (!hasBarometer) return [byHeight];
    return [{ ...field, derived: { ...derived, from: [...derived.from, BAROMETER] } }, byHeight];
  });
}
