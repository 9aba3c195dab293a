/** A measurement at one instant, as held by the firmware until it is sent. */

/** A number, or the text that a faulty device writes instead. Non-finite numbers are written as `printf` of C does. */
export type Sent = number | string;

export interface Measurement {
  /** True time, epoch ms. */
  readonly at: number;
  /** Time of the device's clock, epoch ms. */
  readonly time: number;
  readonly seq: number;
  readonly values: Readonly<Record<string, Sent>>;
  /** Values without the fault; present only for altered fields. */
  readonly real?: Readonly<Record<string, number>>;
  /** Names of the faults that altered it. */
  readonly faults?: readonly string[];
  /** Metadata of the device such as `firmware`. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** A copy with values altered by a fault; real values are kept from the first alteration on. */
export function altered(measurement: Measurement, fault: string, values: Readonly<Record<string, Sent>>): Measurement {
  const names = Object.keys(values);
  if (names.length === 0) return measurement;
  const real: Record<string, number> = { ...measurement.real };
  for (const name of names) {
    const before = measurement.values[name];
    if (real[name] === undefined && typeof before === 'number') real[name] = before;
  }
  return { ...touched(measurement, fault), values: { ...measurement.values, ...values }, real };
}

export function touched(measurement: Measurement, fault: string): Measurement {
  const faults = measurement.faults ?? [];
  return faults.includes(fault) ? measurement : { ...measurement, faults: [...faults, fault] };
}
