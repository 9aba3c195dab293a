/** The newest value of each field by measured time, folded from readings in any order. */
import type { Flag } from '../sensors/flag.ts';
import { type JudgedReading, PackedReading } from '../sensors/packed-reading.ts';
import { isNewer, type Reading } from '../sensors/reading.ts';
import type { Latest } from './store.ts';

/** State of a device and kind. */
export interface LatestState {
  readonly newest: Omit<Reading, 'values' | 'flags'>;
  readonly fields: Readonly<Record<string, Readonly<Cell>>>;
  /** The latest time of all readings, where that is not the newest one's: of a reading stamped ahead of its receipt. */
  readonly furthest?: number;
}

/** No reading of the device has a later time than this. */
export const furthestOf = ({ newest, furthest }: LatestState): number => furthest ?? newest.time;

export function foldLatest(state: LatestState | undefined, reading: JudgedReading): LatestState {
  const fold = new LatestFold(state);
  fold.take(reading);
  return fold.state();
}

interface Cell {
  time: number;
  value: number;
  flags?: readonly Flag[];
  /** Only where the time lies after it. */
  receivedAt?: number;
}

const timesOf = ({ time, receivedAt = time }: Readonly<Cell>) => ({ time, receivedAt });

/** Folds in many readings of a device and kind, with one object a field, however many they are. */
export class LatestFold {
  readonly #before: LatestState | undefined;
  /** What is newer than before. */
  readonly #cells: Record<string, Cell> = {};
  #newest: JudgedReading | undefined;
  /** The newest of the last packed ones, which have the same fields: what the others measured counts no more. */
  #packed: PackedReading | undefined;
  #furthest: number;

  constructor(before: LatestState | undefined) {
    this.#before = before;
    this.#furthest = before === undefined ? Number.NEGATIVE_INFINITY : furthestOf(before);
  }

  take(reading: JudgedReading): void {
    const newest = this.#newest ?? this.#before?.newest;
    if (newest === undefined || isNewer(reading, newest)) this.#newest = reading;
    if (reading.time > this.#furthest) this.#furthest = reading.time;
    if (!(reading instanceof PackedReading)) {
      if (this.#packed !== undefined) this.#settle(this.#packed);
      this.#packed = undefined;
      for (const name in reading.values) this.#keep(name, reading, reading.values[name], reading.flags?.[name]);
      return;
    }
    if (this.#packed !== undefined && this.#packed.names !== reading.names) this.#settle(this.#packed);
    else if (this.#packed !== undefined && !isNewer(reading, this.#packed)) return;
    this.#packed = reading;
  }

  #settle(reading: PackedReading): void {
    const { names, numbers, flags } = reading;
    for (const [place, name] of names.entries()) this.#keep(name, reading, numbers[place], flags?.[name]);
  }

  #keep(name: string, reading: JudgedReading, value: number | undefined, flags: readonly Flag[] | undefined): void {
    if (value === undefined) return;
    const { time, receivedAt } = reading;
    // The first value of a time wins, as in the store.
    const cell = this.#cells[name];
    if (cell === undefined) {
      const known = this.#before?.fields[name];
      if (known !== undefined && !isNewer(reading, timesOf(known))) return;
      const made: Cell = flags === undefined ? { time, value } : { time, value, flags };
      if (time > receivedAt) made.receivedAt = receivedAt;
      this.#cells[name] = made;
      return;
    }
    if (!isNewer(reading, timesOf(cell))) return;
    cell.time = time;
    cell.value = value;
    if (time > receivedAt) cell.receivedAt = receivedAt;
    else if (cell.receivedAt !== undefined) delete cell.receivedAt;
    if (flags !== undefined) cell.flags = flags;
    else if (cell.flags !== undefined) delete cell.flags;
  }

  /** Once, after at least one reading or with a previous state; nothing may be taken afterwards. */
  state(): LatestState {
    if (this.#packed !== undefined) this.#settle(this.#packed);
    const newest = this.#newest === undefined ? this.#before?.newest : withoutValues(this.#newest);
    if (newest === undefined) throw new Error('nothing was taken');
    const state = { newest, fields: { ...this.#before?.fields, ...this.#cells } };
    return this.#furthest > newest.time ? { ...state, furthest: this.#furthest } : state;
  }
}

/** Copied member by member: destructuring with a rest costs several times as much. */
function withoutValues(reading: JudgedReading): LatestState['newest'] {
  const { park, site, device, kind, time, receivedAt, seq, attributes } = reading;
  const newest: { -readonly [Key in keyof LatestState['newest']]: LatestState['newest'][Key] } = {
    park,
    site,
    device,
    kind,
    time,
    receivedAt,
  };
  if (seq !== undefined) newest.seq = seq;
  if (attributes !== undefined) newest.attributes = attributes;
  return newest;
}

/** Merges two states of the same device: the newer of each part; with equal times, the first. */
export function mergeLatest(one: LatestState | undefined, other: LatestState): LatestState {
  if (one === undefined) return other;
  const fields = { ...one.fields };
  for (const [name, field] of Object.entries(other.fields)) {
    const known = fields[name];
    if (known === undefined || isNewer(timesOf(field), timesOf(known))) fields[name] = field;
  }
  const newest = isNewer(other.newest, one.newest) ? other.newest : one.newest;
  const furthest = Math.max(furthestOf(one), furthestOf(other));
  return { newest, fields, ...(furthest > newest.time && { furthest }) };
}

export function toLatest({ newest, fields }: LatestState): Latest {
  const values: Record<string, number> = {};
  const flags: Record<string, readonly Flag[]> = {};
  const olderFields: Record<string, number> = {};
  for (const [name, field] of Object.entries(fields)) {
    values[name] = field.value;
    if (field.flags) flags[name] = field.flags;
    if (field.time < newest.time) olderFields[name] = field.time;
  }
  return {
    ...newest,
    values,
    ...(Object.keys(flags).length > 0 && { flags }),
    ...(Object.keys(olderFields).length > 0 && { olderFields }),
  };
}
