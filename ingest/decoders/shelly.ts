/** Shelly: notifications of the second generation (JSON-RPC, keys such as `temperature:0`), and the status of the first. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { beside, type Decoder, type Draft } from './decoder.ts';

export const shelly: Decoder = {
  name: 'shelly',
  fromObject: (object) => notification(object) ?? firstGeneration(object),
};

/** Components that describe the device itself. */
const SYSTEM = ['ts', 'sys', 'cloud', 'mqtt', 'ble', 'ws', 'wifi', 'bthome', 'knx', 'matter', 'eth', 'ui'];

function notification({ method, src, params, ...rest }: JsonObject): readonly Draft[] | undefined {
  if (typeof src !== 'string' || typeof method !== 'string' || !method.startsWith('Notify') || !isObject(params))
    return undefined;
  const components = Object.entries(beside(params, SYSTEM)).map(
    ([name, component]) => [name, withoutId(component)] as const,
  );
  const signal = isObject(params.wifi) && typeof params.wifi.rssi === 'number' ? { rssi: params.wifi.rssi } : {};
  const values = { ...beside(rest, ['dst', 'id']), ...signal, ...Object.fromEntries(components) };
  return [{ time: params.ts, values, root: 'params', envelope: { method, src, params } }];
}

/** The same temperature in °F says nothing more. */
function withoutId(component: unknown): unknown {
  if (!isObject(component)) return component;
  const { id: _, tF, ...rest } = component;
  return 'tC' in rest || tF === undefined ? rest : { ...rest, tF };
}

function firstGeneration(status: JsonObject): readonly Draft[] | undefined {
  const { tmp, hum, bat, wifi_sta: wifi, unixtime } = status;
  if (!isObject(wifi) || !('unixtime' in status) || !isObject(tmp)) return undefined;
  const isValid = (part: JsonObject) => part.is_valid !== false;
  return [
    {
      // 0 until the clock is set.
      time: unixtime === 0 ? undefined : unixtime,
      values: {
        temperature: isValid(tmp) ? { value: tmp.value, unit: tmp.units } : null,
        ...(isObject(hum) && { humidity: isValid(hum) ? hum.value : null }),
        ...(isObject(bat) && { battery_level: bat.value, battery_voltage: bat.voltage }),
        rssi: wifi.rssi,
      },
      envelope: status,
    },
  ];
}
