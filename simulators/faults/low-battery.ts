/** A battery that no longer carries the night: the voltage sags, then the device is silent until the sun is up. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent, touched } from '../measurement.ts';
import { solarHour } from '../weather/sun.ts';
import { KAIJIANG } from '../weather/weather.ts';

export default defineFault({
  name: 'low-battery',
  label: { zh: '电量不足', en: 'low battery' },
  about: {
    zh: '电压下垂，半夜断电静默，日出后恢复，每天重复。',
    en: 'The voltage sags, at night the device falls silent, after sunrise it returns, every day again.',
  },
  source: '15 low batteries and 82 sensor failures of 10 sensors in 11 months of a real cold store',
  options: Type.Object({
    /** Solar hours of silence: from this hour of the evening to the other of the morning. */
    silentFrom: Type.Number({ default: 22, minimum: 12, maximum: 24 }),
    silentTo: Type.Number({ default: 7, minimum: 0, maximum: 12 }),
  }),
  appliesTo: ({ name }) => name === 'battery_voltage' || name === 'battery_level',
  readings: ({ options: { silentFrom, silentTo }, fields }) => ({
    alter(measurement) {
      const hour = solarHour(measurement.at, KAIJIANG.longitude);
      if (hour >= silentFrom || hour < silentTo) return [];
      // Fullest at 15:00 solar time, empty when it goes silent.
      const charge = Math.max(0, 1 - Math.abs(hour - 15) / (silentFrom - 15));
      const values: Record<string, Sent> = {};
      for (const { name, decimals } of fields) {
        const value = measurement.values[name];
        if (typeof value !== 'number') continue;
        const shown = name === 'battery_level' ? 4 + 22 * charge : value * (0.86 + 0.08 * charge);
        values[name] = Number(shown.toFixed(decimals));
      }
      return [
        Object.keys(values).length > 0
          ? altered(measurement, 'low-battery', values)
          : touched(measurement, 'low-battery'),
      ];
    },
  }),
});
