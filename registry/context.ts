/** What the registry's parts share: its records, the kinds of sensors it knows, its clock. */
import { DaoyuError } from '../base/errors.ts';
import type { Kind } from '../sensors/kind.ts';
import { type ItemStore, keyOf } from './items.ts';

export interface RegistryContext {
  readonly store: ItemStore;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Names of the payload formats that a mapping may name; absent: any passes. */
  readonly formats: readonly string[] | undefined;
  readonly clock: () => number;
}

/** Throws `KIND_UNKNOWN`. */
export function kindNamed({ kinds }: RegistryContext, name: string): Kind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  throw new DaoyuError('KIND_UNKNOWN', `no kind ${name}; there are ${[...kinds.keys()].join(', ')}`);
}

/** Throws `PARK_UNKNOWN`. */
export function checkParkExists({ store: { items } }: RegistryContext, id: string): void {
  if (items.park.has(keyOf.park({ id }))) return;
  const known = [...items.park.values()].map((park) => park.id).join(', ');
  throw new DaoyuError('PARK_UNKNOWN', `no park ${id}; there are ${known || 'none: POST /api/v1/parks makes one'}`);
}
