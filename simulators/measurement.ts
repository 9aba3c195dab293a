/** What a device measured at one instant, as its firmware holds it until it is sent. */

/** A number, or the text that a faulty device writes instead; numbers that are not finite are printed bare, as C's printf does. */
export type Sent = number | string;

export interface Measurement {
  /** Epoch ms, true. */
  readonly at: number;
  /** Epoch ms, what the device's clock said. */
  readonly time: number;
  readonly seq: number;
  readonly values: Readonly<Record<string, Sent>>;
  /** What the sensor would have shown, only where a fault altered it. */
  readonly real?: Readonly<Record<string, number>>;
  /** Names of the faults that touched it. */
  readonly faults?: readonly string[];
  /** What the device says of itself beside its values: `firmware`. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** The same measurement with some values altered by a fault; what was real is kept from the first alteration. */
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
