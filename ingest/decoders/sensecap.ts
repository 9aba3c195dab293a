/** Seeed SenseCAP: `messages: [{measurementId, measurementValue}]`, nested in lists in newer codecs; the numbers of its measurements stand for names and units. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { beside, type Decoder, type Draft, gatherByTime } from './decoder.ts';

export const senseCap: Decoder = { name: 'sensecap', fromObject };

/** From Seeed's list of measurement ids. What is not in here keeps its number as key. */
const MEASUREMENTS: Readonly<Record<string, readonly [key: string, unit: string]>> = {
  4097: ['air_temperature', 'Cel'],
  4098: ['air_humidity', '%'],
  4099: ['light', 'lx'],
  4102: ['soil_temperature', 'Cel'],
  4103: ['soil_moisture', '%'],
  4104: ['wind_direction', 'deg'],
  4105: ['wind_speed', 'm/s'],
  4106: ['ph', '[pH]'],
  4108: ['soil_ec', 'dS/m'],
  4109: ['dissolved_oxygen', 'mg/L'],
};

export function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const messages = Array.isArray(object.messages) ? (object.messages as unknown[]).flat(2) : [];
  if (!messages.some(isMeasurement)) return undefined;
  const gathered = gatherByTime();
  for (const message of messages) {
    if (!isMeasurement(message)) {
      gathered.add(undefined, 'messages', message);
      continue;
    }
    const { measurementId, measurementValue, timestamp } = message;
    const [key, unit] = MEASUREMENTS[String(measurementId)] ?? [String(measurementId), undefined];
    gathered.add(timestamp, key, unit === undefined ? measurementValue : { value: measurementValue, unit });
  }
  for (const [key, value] of Object.entries(beside(object, ['messages', 'err', 'payload', 'valid'])))
    gathered.add(undefined, key, value);
  return gathered.drafts();
}

const isMeasurement = (value: unknown): value is JsonObject =>
  isObject(value) && 'measurementId' in value && 'measurementValue' in value;
