/** Tasmota's SENSOR and STATE messages. `Time` is local and without an offset unless SetOption52 is on; `TempUnit`, `PressureUnit` and `SpeedUnit` name those of all sensors. */
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
  const { Time: time, TempUnit, PressureUnit, SpeedUnit } = object;
  const units: Units = { TempUnit, PressureUnit, SpeedUnit };
  if (typeof time !== 'string') return undefined;
  if ('UptimeSec' in object && isObject(object.Wifi)) {
    const { Signal: rssi } = object.Wifi;
    return [{ time, values: { ...beside(object, ['Time', 'Wifi', ...STATE]), rssi } }];
  }
  const values = beside(object, ['Time', ...Object.keys(units)]);
  if (!Object.values(values).some(isObject) && TempUnit === undefined) return undefined;
  const sensors = Object.entries(values).map(
    ([name, sensor]) => [name, isObject(sensor) ? sensorOf(sensor, units) : sensor] as const,
  );
  return [{ time, values: Object.fromEntries(sensors), envelope: object }];
}

type Units = Readonly<Record<'TempUnit' | 'PressureUnit' | 'SpeedUnit', unknown>>;

const KEYS: readonly (readonly [keyof Units, RegExp])[] = [
  ['TempUnit', /^(?:temperature|dewpoint)$/i],
  ['PressureUnit', /^(?:pressure|seapressure)$/i],
  ['SpeedUnit', /^(?:wind)?speed/i],
];

/** `Id` is the address on the wire of a DS18B20. */
function sensorOf(sensor: JsonObject, units: Units): JsonObject {
  const { Id: _, ...readings } = sensor;
  return Object.fromEntries(Object.entries(readings).map(([key, value]) => [key, withUnit(key, value, units)]));
}

function withUnit(key: string, value: unknown, units: Units): unknown {
  const [name] = KEYS.find(([, keys]) => keys.test(key)) ?? [];
  const unit = name === undefined ? undefined : units[name];
  return typeof value === 'number' && typeof unit === 'string' ? { value, unit } : value;
}
