/** The first minutes after power-up: registers are not filled yet. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

/** Values of the radio and the battery gauge before their first measurement. */
const AT_POWER_UP: Readonly<Record<string, number>> = { battery_level: 5, rssi: -90 };

export default defineFault({
  name: 'start-up-garbage',
  label: { zh: '上电乱值', en: 'start-up garbage' },
  about: {
    zh: '上电头几分钟寄存器未就绪：温度 0.00（或 85）、电量 5 %、信号 −90 dBm，都在物理范围内。',
    en: 'In the first minutes the registers are not filled: 0.00 (or 85 °C), battery 5 %, -90 dBm, all of them physically possible.',
  },
  source: 'first rows of freezer_135_1570_sample.csv (a real freezer logger); 85 °C: power-up value of the DS18B20',
  options: Type.Object({ value: Type.Number({ default: 0 }) }),
  readings: ({ options, fields }) => ({
    alter(measurement) {
      const values: Record<string, Sent> = {};
      for (const { name, shape } of fields) {
        if (shape === 'number' && measurement.values[name] !== undefined)
          values[name] = AT_POWER_UP[name] ?? options.value;
      }
      return [altered(measurement, 'start-up-garbage', values)];
    },
  }),
});
