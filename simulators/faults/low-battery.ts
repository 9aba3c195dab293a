/** A battery that no longer lasts the night: the voltage sags, then the device is silent until after sunrise. */
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
    en: 'The voltage sags, the device falls silent at night and returns after sunrise, every day.',
  },
  source: '15 low batteries and 82 sensor failures of 10 sensors in 11 months of a real cold store',
  options: Type.Object({
    /** Solar hours at which the silence starts in the evening and ends in the morning. */
    silentFrom: Type.Number({ default: 22, minimum: 12, maximum: 24 }),
    silentTo: Type.Number({ default: 7, minimum: 0, maximum: 12 }),
  }),
  appliesTo: ({ name }) => name === 'battery_voltage' || name === 'battery_level',
  readings: ({ options: { silentFrom, silentTo }, fields }) => ({
    alter(measurement) {
      const hour = solarHour(measurement.at, KAIJIANG.longitude);
      if (hour >= silentFrom || hour < silentTo) return [];
      // Fullest at 15:00 solar time, empty when it falls silent.
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
