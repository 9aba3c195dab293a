/** Readings where some were moved: those that stayed as they come from the store, with those that were moved among them, in order of time. */
import type { Reading } from '../sensors/reading.ts';
import type { ExportQuery, Store } from '../store/store.ts';
import type { Correction } from './correction.ts';
import { type AppliedReading, applied, isMove, type Move, reachOf, swappedWith } from './moves.ts';

export async function* movedReadings(
  store: Pick<Store, 'export'>,
  query: ExportQuery,
  corrections: readonly Correction[],
): AsyncGenerator<AppliedReading> {
  // Those of the times that corrections name: they are few, and held in memory.
  const arrived = await arrivals(store, query, corrections);
  let next = 0;
  let twin: AppliedReading | undefined;
  for await (const reading of store.export(query)) {
    const stayed = applied(reading, corrections);
    if (stayed.isMoved) continue;
    for (; next < arrived.length; next++) {
      const other = arrived[next];
      if (other === undefined || inOrder(other.reading, stayed.reading) > 0) break;
      if (inOrder(other.reading, stayed.reading) < 0) yield other;
      else twin = other;
    }
    yield twin === undefined ? stayed : joined(stayed, twin);
    twin = undefined;
  }
  yield* arrived.slice(next);
}

const inOrder = (one: Reading, other: Reading): number =>
  one.time - other.time || compare(one.park, other.park) || compare(one.device, other.device);
const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

async function arrivals(
  store: Pick<Store, 'export'>,
  query: ExportQuery,
  corrections: readonly Correction[],
): Promise<readonly AppliedReading[]> {
  const { park, site, device, from, to, ...rest } = query;
  const reach = reachOf(corrections);
  const found: { readonly now: AppliedReading; readonly raw: Reading }[] = [];
  for (const [key, moves] of byDevice(corrections)) {
    const [first] = moves;
    if (first === undefined) continue;
    for (const [begin, end] of stretchesOf(moves, reach, from - reach, to + reach)) {
      const source = { ...rest, park: first.park, device: key.slice(first.park.length + 1), from: begin, to: end };
      for await (const reading of store.export(source)) {
        const now = applied(reading, corrections);
        if (!now.isMoved || now.reading.time < from || now.reading.time >= to) continue;
        const isAsked =
          (park === undefined || now.reading.park === park) &&
          (device === undefined || now.reading.device === device) &&
          (site === undefined || now.reading.site === site);
        if (isAsked) found.push({ now, raw: reading });
      }
    }
  }
  found.sort((one, other) => inOrder(one.now.reading, other.now.reading) || inOrder(one.raw, other.raw));
  return merged(found.map(({ now }) => now));
}

/** Of each device that is the source of moved readings, the moves that may touch it. */
function byDevice(corrections: readonly Correction[]): ReadonlyMap<string, readonly Move[]> {
  const moves = corrections.filter(isMove);
  const sources = new Map<string, Move[]>();
  for (const move of moves)
    for (const device of swappedWith(moves, move.park, move.device)) {
      const key = `${move.park}/${device}`;
      sources.set(key, [...(sources.get(key) ?? []), move]);
    }
  return sources;
}

/** Times of the store in which readings may have been moved, within a range; without overlaps. */
function stretchesOf(moves: readonly Move[], reach: number, from: number, to: number) {
  const stretches: [from: number, to: number][] = [];
  for (const { at, until } of [...moves].sort((one, other) => one.at - other.at)) {
    const [begin, end] = [Math.max(from, at - reach), Math.min(to, until + reach)];
    if (begin >= end) continue;
    const last = stretches.at(-1);
    if (last !== undefined && begin <= last[1]) last[1] = Math.max(last[1], end);
    else stretches.push([begin, end]);
  }
  return stretches;
}

/** Two that were moved to one time are one reading; what was measured first counts. */
function merged(found: readonly AppliedReading[]): readonly AppliedReading[] {
  const result: AppliedReading[] = [];
  for (const each of found) {
    const last = result.at(-1);
    if (last !== undefined && inOrder(last.reading, each.reading) === 0) result[result.length - 1] = joined(last, each);
    else result.push(each);
  }
  return result;
}

/** One time, one value: of a moved reading only what the one that was there does not say. */
function joined(own: AppliedReading, moved: AppliedReading): AppliedReading {
  const flags = { ...moved.reading.flags, ...own.reading.flags };
  const values = { ...moved.reading.values, ...own.reading.values };
  return {
    ...own,
    reading: { ...own.reading, values, ...(Object.keys(flags).length > 0 && { flags }) },
    corrected: [...new Set([...own.corrected, ...moved.corrected])],
    invalid: own.invalid.filter((field) => values[field] === undefined),
  };
}
