/** Encodes readings like a vendor's device by inverting the mapping: field → vendor key, scale and envelope. */
import { encodeMeasurements, toJson } from './json-format.ts';
import type { Measurement, Sent } from './measurement.ts';

/** The part of a device's mapping that a sender needs. */
export interface SenderMapping {
  readonly keys?: Readonly<
    Record<string, { readonly field: string; readonly scale?: number; readonly offset?: number } | string | null>
  >;
  readonly envelope?: string;
}

export interface Register {
  readonly key: string;
  readonly scale: number;
  readonly offset: number;
}

/** Key and scale of a mapped device, by field. */
export function registersOf({ keys = {} }: SenderMapping): ReadonlyMap<string, Register> {
  const registers = new Map<string, Register>();
  for (const [key, target] of Object.entries(keys)) {
    if (target === null || key.includes('.')) continue;
    const { field, scale = 1, offset = 0 } = typeof target === 'string' ? { field: target } : target;
    registers.set(field, { key, scale, offset });
  }
  return registers;
}

/** A register with all bits set, or at the end of its signed range, means no probe, whatever its scale. */
const NO_PROBE = new Set<Sent>([65_535, 32_767, -32_768]);

/** The content of the register: a whole number, which is the purpose of the scale. */
export function toRegister({ scale, offset }: Register, value: Sent): Sent {
  if (typeof value !== 'number' || !Number.isFinite(value) || NO_PROBE.has(value)) return value;
  return scale === 1 ? value - offset : Math.round((value - offset) / scale);
}

export function createEncoder(mapping: SenderMapping | undefined): (measurements: readonly Measurement[]) => string {
  if (mapping === undefined) return encodeMeasurements;
  const registers = registersOf(mapping);
  return (measurements) => {
    const renamed = measurements.map((measurement) => ({
      ...measurement,
      values: inVendorsWords(measurement.values, registers),
    }));
    if (mapping.envelope === 'thingsboard') return encodeThingsBoard(renamed);
    if (mapping.envelope === 'alink') return encodeAlink(renamed);
    return encodeMeasurements(renamed);
  };
}

/** A DTU sends registers only, so fields without one are not sent. */
function inVendorsWords(values: Measurement['values'], registers: ReadonlyMap<string, Register>) {
  const renamed: Record<string, Sent> = {};
  for (const [field, value] of Object.entries(values)) {
    const register = registers.get(field);
    if (register !== undefined) renamed[register.key] = toRegister(register, value);
  }
  return renamed;
}

function encodeThingsBoard(measurements: readonly Measurement[]): string {
  const objects = measurements.map(({ time, values }) => ({ ts: time, values }));
  return toJson(objects.length === 1 ? objects[0] : objects, measurements);
}

/** A reading as a property post, a backlog as a history post. */
function encodeAlink(measurements: readonly Measurement[]): string {
  const [first] = measurements;
  const withTime = ({ time, values }: Measurement) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, time }]));
  if (measurements.length === 1 && first !== undefined) {
    const post = {
      id: String(first.seq),
      version: '1.0',
      params: withTime(first),
      method: 'thing.event.property.post',
    };
    return toJson(post, measurements);
  }
  const params = [{ identity: {}, properties: measurements.map(withTime) }];
  const id = String(first?.seq ?? 0);
  return toJson({ id, version: '1.0', params, method: 'thing.event.property.history.post' }, measurements);
}
