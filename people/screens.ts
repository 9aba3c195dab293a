/** Wall screens: read-only identities, signed in by a link and for good. */
import { DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import { checkName } from './account.ts';
import { openRecordSet } from './record-set.ts';
import type { Grant } from './roles.ts';
import { EVERY_PARK, tidyGrants } from './roles.ts';
import { newId } from './secret.ts';

export interface Screen {
  readonly id: string;
  /** Where it is, e.g. 值班室. */
  readonly name: string;
  /** Always viewer. */
  readonly grants: readonly Grant[];
  /** As for an account. */
  readonly epoch: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface Screens {
  /** Parks that it shows; absent: all of them. */
  make(screen: { readonly name: string; readonly parks?: readonly string[] | undefined }, by: string): Promise<Screen>;
  get(id: string): Screen | undefined;
  list(): readonly Screen[];
  /** Ends its sessions. */
  signOut(id: string): Promise<Screen>;
  remove(id: string): Promise<boolean>;
  watch(onChange: () => void): () => void;
  close(): void;
}

const MOST = 200;

export async function openScreens(kv: Kv, clock: () => number): Promise<Screens> {
  const records = await openRecordSet<Screen>(kv, 'people/screen/', MOST);
  return {
    async make({ name, parks = [EVERY_PARK] }, by) {
      const grants = tidyGrants(parks.map((park) => ({ role: 'viewer', park })));
      const screen: Screen = {
        ...{ id: newId(), name: checkName(name), grants, epoch: 1 },
        ...{ createdAt: clock(), createdBy: by },
      };
      await records.add(screen.id, screen);
      return screen;
    },
    get: (id) => records.get(id),
    list: () => [...records.all()].sort((one, other) => one.createdAt - other.createdAt),
    signOut: (id) =>
      records.change(
        id,
        () => noScreen(id),
        (screen) => ({ ...screen, epoch: screen.epoch + 1 }),
      ),
    remove: (id) => records.remove(id),
    watch: records.watch,
    close: () => records.close(),
  };
}

export const noScreen = (id: string) => new DaoyuError('PERSON_UNKNOWN', `there is no screen ${id}`);
