/** Zigbee2MQTT: flat objects that name their link quality; `voltage` is the battery's in millivolts, `last_seen` when it was heard. */
import type { JsonObject } from '../../base/json.ts';
import { timeOf } from '../time-keys.ts';
import { beside, type Decoder, type Draft } from './decoder.ts';

export const zigbee2Mqtt: Decoder = { name: 'zigbee2mqtt', fromObject };

const OF_THE_RADIO = ['linkquality', 'update', 'update_available', 'voltage'];

function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const { linkquality, voltage } = object;
  if (typeof linkquality !== 'number') return undefined;
  const isBattery = typeof voltage === 'number' && voltage > 500 && voltage < 20_000;
  const named = isBattery
    ? { battery_voltage: { value: voltage, unit: 'mV' } }
    : voltage === undefined
      ? {}
      : { voltage };
  // Zigbee2MQTT takes the share of the battery from the device: always percent.
  const { battery, ...rest } = beside(object, OF_THE_RADIO);
  const share = battery === undefined ? {} : { battery: { value: battery, unit: '%' } };
  return [{ time: timeOf(object), values: { ...rest, ...share, ...named }, envelope: object }];
}
