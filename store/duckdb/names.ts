/** Numbers for devices and sites, so that millions of rows do not repeat their names. New numbers become visible only when their transaction commits. */

export interface Names {
  /** The number of a name; a new one if the name is unknown. */
  id(park: string, name: string): number;
  known(park: string, name: string): number | undefined;
  name(id: number): { readonly park: string; readonly name: string };
  ids(isWanted: (park: string, name: string) => boolean): readonly number[];
  /** Names added since the last commit. */
  fresh(): readonly { readonly id: number; readonly park: string; readonly name: string }[];
  commit(): void;
  rollback(): void;
}

export function createNames(rows: readonly (readonly [id: number, park: string, name: string])[]): Names {
  /** By park, then by name: a joint key would be made anew for each reading. */
  const byName = new Map<string, Map<string, number>>();
  const byId = new Map<number, { readonly park: string; readonly name: string }>();
  let fresh: { readonly id: number; readonly park: string; readonly name: string }[] = [];
  let next = 1;
  const known = (park: string, name: string) => byName.get(park)?.get(name);

  function set(park: string, name: string, id: number): void {
    const ofPark = byName.get(park);
    if (ofPark === undefined) byName.set(park, new Map([[name, id]]));
    else ofPark.set(name, id);
  }

  for (const [id, park, name] of rows) {
    set(park, name, id);
    byId.set(id, { park, name });
    next = Math.max(next, id + 1);
  }
  return {
    id(park, name) {
      const old = known(park, name);
      if (old !== undefined) return old;
      const id = next++;
      set(park, name, id);
      byId.set(id, { park, name });
      fresh.push({ id, park, name });
      return id;
    },
    known,
    name: (id) => byId.get(id) ?? { park: '', name: '' },
    ids: (isWanted) => [...byId].filter(([, { park, name }]) => isWanted(park, name)).map(([id]) => id),
    fresh: () => fresh,
    commit() {
      fresh = [];
    },
    rollback() {
      for (const { id, park, name } of fresh) {
        byName.get(park)?.delete(name);
        byId.delete(id);
      }
      fresh = [];
    },
  };
}
