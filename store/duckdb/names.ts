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
  const byKey = new Map<string, number>();
  const byId = new Map<number, { readonly park: string; readonly name: string }>();
  let fresh: { readonly id: number; readonly park: string; readonly name: string }[] = [];
  let next = 1;
  for (const [id, park, name] of rows) {
    byKey.set(`${park}/${name}`, id);
    byId.set(id, { park, name });
    next = Math.max(next, id + 1);
  }
  return {
    id(park, name) {
      const key = `${park}/${name}`;
      const known = byKey.get(key);
      if (known !== undefined) return known;
      const id = next++;
      byKey.set(key, id);
      byId.set(id, { park, name });
      fresh.push({ id, park, name });
      return id;
    },
    known: (park, name) => byKey.get(`${park}/${name}`),
    name: (id) => byId.get(id) ?? { park: '', name: '' },
    ids: (isWanted) => [...byId].filter(([, { park, name }]) => isWanted(park, name)).map(([id]) => id),
    fresh: () => fresh,
    commit() {
      fresh = [];
    },
    rollback() {
      for (const { id, park, name } of fresh) {
        byKey.delete(`${park}/${name}`);
        byId.delete(id);
      }
      fresh = [];
    },
  };
}
