/** Caches the names of devices' cells: to build one for each reading would cost as much as evaluating it. */

/** Per park; bounds the memory that invented device names can take. */
const MAX_NAMES = 20_000;

export function createCellNames(format: (park: string, id: string) => string): (park: string, id: string) => string {
  const parks = new Map<string, Map<string, string>>();

  function namesOf(park: string): Map<string, string> {
    const known = parks.get(park);
    if (known !== undefined) return known;
    const names = new Map<string, string>();
    parks.set(park, names);
    return names;
  }

  return (park, id) => {
    const names = namesOf(park);
    const known = names.get(id);
    if (known !== undefined) return known;
    if (names.size >= MAX_NAMES) names.clear();
    const name = format(park, id);
    names.set(id, name);
    return name;
  };
}
