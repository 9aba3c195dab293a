/** A judged reading as numbers beside what they mean. It becomes an object only for who asks for one. */
import type { Flag } from '../../sensors/flag.ts';
import type { Reading } from '../../sensors/reading.ts';

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
  /** Fields, in the order of `numbers`. */
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
