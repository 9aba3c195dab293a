/** Merges the bands of a profile that concern one field. There may be several, because a field that dries can wait longer than one that floods. */
import type { Band, Profile } from './profile.ts';

export type Limits = Pick<Band, 'target' | 'warnBelow' | 'warnAbove' | 'criticalBelow' | 'criticalAbove'>;

/** Undefined if the profile has no band for the field. */
export function limitsOf({ bands }: Pick<Profile, 'bands'>, field: string): Limits | undefined {
  const own = bands.filter((band) => band.field === field);
  if (own.length === 0) return undefined;
  const first = <K extends keyof Limits>(key: K) => own.find((band) => band[key] !== undefined)?.[key];
  const [target, warnBelow, warnAbove] = [first('target'), first('warnBelow'), first('warnAbove')];
  const [criticalBelow, criticalAbove] = [first('criticalBelow'), first('criticalAbove')];
  return {
    ...(target && { target }),
    ...(warnBelow !== undefined && { warnBelow }),
    ...(warnAbove !== undefined && { warnAbove }),
    ...(criticalBelow !== undefined && { criticalBelow }),
    ...(criticalAbove !== undefined && { criticalAbove }),
  };
}
