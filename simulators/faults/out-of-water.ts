/** A probe lifted for cleaning or left dry by a falling level measures air. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

export default defineFault({
  name: 'out-of-water',
  label: { zh: '探头离水', en: 'out of water' },
  about: {
    zh: '清洗时提起，或水位下降后露出：温度变为气温，溶解氧约 100 %，电导率接近 0。',
    en: 'Lifted for cleaning or left dry: temperature of the air, oxygen at about 100 %, conductivity near zero.',
  },
  source: 'EXO2 of driftR, 11:35-12:00Z: oxygen 11.2 mg/L, conductivity 31-90 of 865 µS/cm',
  options: Type.Object({ airTemperature: Type.Number({ default: 22, minimum: -20, maximum: 50 }) }),
  appliesTo: ({ name }) => name in IN_AIR,
  readings: ({ options, fields }) => ({
    alter(measurement) {
      const values: Record<string, Sent> = {};
      for (const { name, decimals } of fields) {
        const value = measurement.values[name];
        const inAir = IN_AIR[name];
        if (typeof value === 'number' && inAir !== undefined)
          values[name] = Number(inAir(value, options.airTemperature).toFixed(decimals));
      }
      return [altered(measurement, 'out-of-water', values)];
    },
  }),
});

const IN_AIR: Readonly<Record<string, (value: number, air: number) => number>> = {
  water_temperature: (_value, air) => air,
  // Saturation of fresh water at sea level, within 2 % from 0 to 35 °C.
  dissolved_oxygen: (_value, air) => 468 / (31.6 + air),
  oxygen_saturation: () => 100,
  specific_conductance: (value) => value * 0.05,
  turbidity: () => 0,
};
