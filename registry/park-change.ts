/** Checks a new or changed park, and a new site, before the registry takes it. */
import { DaoyuError } from '../base/errors.ts';
import { SLUG } from '../base/topics.ts';
import type { NewPark, Park, ParkChange } from './registry.ts';

/** Throws `ID_INVALID`. `noun` is what the id names: park, site, device. */
export function checkId(noun: string, id: string): void {
  if (SLUG.test(id)) return;
  throw new DaoyuError('ID_INVALID', `${noun} is ${JSON.stringify(id)} but must be 1 to 64 of a-z, 0-9 and -`);
}

export function newPark({ park: id, label, towns = [] }: NewPark): Park {
  checkId('park', id);
  return { id, label: label ?? { zh: id, en: id }, towns };
}

export function changedPark(park: Park, { label, towns }: ParkChange): Park {
  return { ...park, ...(label && { label }), ...(towns && { towns }) };
}
