/** Writes readings the way vendors' devices do, by turning a device's mapping around: field → the vendor's key, scale and wrapping. */
import { encodeReadings, type Measurement } from './device.ts';

/** The part of a device's mapping that a sender needs. */
export interface SenderMapping {
  readonly keys?: Readonly<
    Record<string, { readonly field: string; readonly scale?: number; readonly offset?: number } | string | null>
  >;
  readonly envelope?: 'auto' | 'none' | 'thingsboard' | 'alink';
}

export function createEncoder(mapping: SenderMapping | undefined): (readings: readonly Measurement[]) => string {
  if (mapping === undefined) return encodeReadings;
  const toVendor = invert(mapping);
  return (readings) => {
    const renamed = readings.map((reading) => ({ ...reading, values: toVendor(reading.values) }));
    if (mapping.envelope === 'thingsboard') return encodeThingsBoard(renamed);
    if (mapping.envelope === 'alink') return encodeAlink(renamed);
    return encodeReadings(renamed);
  };
}

function invert({ keys = {} }: SenderMapping) {
  const vendorKeys = new Map<string, { key: string; scale: number; offset: number }>();
  for (const [key, target] of Object.entries(keys)) {
    if (target === null || key.includes('.')) continue;
    const { field, scale = 1, offset = 0 } = typeof target === 'string' ? { field: target } : target;
    vendorKeys.set(field, { key, scale, offset });
  }
  return (values: Readonly<Record<string, number>>): Record<string, number> => {
    const renamed: Record<string, number> = {};
    for (const [field, value] of Object.entries(values)) {
      const vendor = vendorKeys.get(field);
      // A register holds whole numbers; the scale is what makes it so.
      if (vendor === undefined) renamed[field] = value;
      else
        renamed[vendor.key] =
          vendor.scale === 1 ? value - vendor.offset : Math.round((value - vendor.offset) / vendor.scale);
    }
    return renamed;
  };
}

function encodeThingsBoard(readings: readonly Measurement[]): string {
  const objects = readings.map(({ time, values }) => ({ ts: time, values }));
  return JSON.stringify(objects.length === 1 ? objects[0] : objects);
}

/** One reading as a property post, a backlog as a history post. */
function encodeAlink(readings: readonly Measurement[]): string {
  const [first] = readings;
  const withTime = ({ time, values }: Measurement) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, time }]));
  if (readings.length === 1 && first !== undefined) {
    return JSON.stringify({
      id: String(first.seq),
      version: '1.0',
      params: withTime(first),
      method: 'thing.event.property.post',
    });
  }
  const params = [{ identity: {}, properties: readings.map(withTime) }];
  return JSON.stringify({
    id: String(first?.seq ?? 0),
    version: '1.0',
    params,
    method: 'thing.event.property.history.post',
  });
}
