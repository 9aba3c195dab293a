/** Tasmota's SENSOR and STATE messages. `Time` is local and without an offset unless SetOption52 is on; `TempUnit` and its like name the unit of all sensors. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { beside, type Decoder, type Draft } from './decoder.ts';

export const tasmota: Decoder = { name: 'tasmota', fromObject };

/** Of the STATE message, which says how the device is, not what it measures. */
const STATE = [
  'Uptime',
  'UptimeSec',
  'Heap',
  'SleepMode',
  'Sleep',
  'LoadAvg',
  'MqttCount',
  'Vcc',
  'Berry',
  'Hostname',
  'IPAddress',
];

function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const { Time: time, TempUnit: unit } = object;
  if (typeof time !== 'string') return undefined;
  if ('UptimeSec' in object && isObject(object.Wifi)) {
    const { Signal: rssi } = object.Wifi;
    return [{ time, values: { ...beside(object, ['Time', 'Wifi', ...STATE]), rssi } }];
  }
  const values = beside(object, ['Time', 'TempUnit']);
  if (!Object.values(values).some(isObject) && unit === undefined) return undefined;
  const sensors = Object.entries(values).map(
    ([name, sensor]) => [name, isObject(sensor) ? sensorOf(sensor, unit) : sensor] as const,
  );
  return [{ time, values: Object.fromEntries(sensors), envelope: object }];
}

/** `Id` is the address on the wire of a DS18B20. */
function sensorOf(sensor: JsonObject, unit: unknown): JsonObject {
  const { Id: _, ...readings } = sensor;
  if (unit !== 'F') return readings;
  const inUnit = Object.entries(readings).map(([key, value]) => [
    key,
    typeof value === 'number' && /^(temperature|dewpoint)$/i.test(key) ? { value, unit: '[degF]' } : value,
  ]);
  return Object.fromEntries(inUnit) as JsonObject;
}
