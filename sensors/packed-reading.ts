/**
 * A judged reading as numbers beside the names of their fields: cheap to make, to hold and to read column by column. It is not a `Reading`: it has no
 * `values`, and what copies objects member by member would lose its getters. `unpacked` makes one.
 */
import type { Flag } from './flag.ts';
import type { Reading } from './reading.ts';

/** What readings of a device have in common. */
export interface Common {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  /** Of its tally: park and device. */
  readonly key: string;
}

export class PackedReading {
  readonly common: Common;
  readonly time: number;
  readonly receivedAt: number;
  readonly seq: number | undefined;
  /** Fields, in the order of `numbers`. Readings of the same fields share the array. */
  readonly names: readonly string[];
  readonly numbers: readonly number[];
  readonly flags: Readonly<Record<string, readonly Flag[]>> | undefined;

  constructor(
    common: Common,
    time: number,
    receivedAt: number,
    seq: number | undefined,
    names: readonly string[],
    numbers: readonly number[],
    flags: Readonly<Record<string, readonly Flag[]>> | undefined,
  ) {
    this.common = common;
    this.time = time;
    this.receivedAt = receivedAt;
    this.seq = seq;
    this.names = names;
    this.numbers = numbers;
    this.flags = flags;
  }

  get park(): string {
    return this.common.park;
  }

  get site(): string {
    return this.common.site;
  }

  get device(): string {
    return this.common.device;
  }

  get kind(): string {
    return this.common.kind;
  }

  get attributes(): undefined {
    return undefined;
  }

  values(): Record<string, number> {
    const values: Record<string, number> = {};
    const { names, numbers } = this;
    for (let index = 0; index < numbers.length; index++) values[names[index] ?? ''] = numbers[index] ?? Number.NaN;
    return values;
  }

  reading(): Reading {
    const { park, site, device, kind } = this.common;
    const { time, receivedAt, seq, flags } = this;
    const values = this.values();
    if (seq === undefined && flags === undefined) return { park, site, device, kind, time, receivedAt, values };
    return {
      ...{ park, site, device, kind, time, receivedAt },
      ...(seq !== undefined && { seq }),
      values,
      ...(flags !== undefined && { flags }),
    };
  }
}

/** A reading as it came from intake in this process, or as it was read from a log or a store. */
export type JudgedReading = Reading | PackedReading;

export const unpacked = (reading: JudgedReading): Reading =>
  reading instanceof PackedReading ? reading.reading() : reading;

export function valueIn(reading: JudgedReading, field: string): number | undefined {
  if (!(reading instanceof PackedReading)) return reading.values[field];
  const place = reading.names.indexOf(field);
  return place < 0 ? undefined : reading.numbers[place];
}

export const fieldsOf = (reading: JudgedReading): readonly string[] =>
  reading instanceof PackedReading ? reading.names : Object.keys(reading.values);
