/** A film on an optical oxygen probe: it responds slowly and reads too low until it is cleaned. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

export default defineFault({
  name: 'fouling',
  label: { zh: '生物附着', en: 'fouling' },
  about: {
    zh: '光学溶解氧探头长膜：响应变慢、读数偏低、昼夜幅度变小，清洗后复位。',
    en: 'A film on the oxygen probe: it responds slowly and reads too low, with a smaller swing between day and night; cleaning resets it.',
  },
  source:
    'Teichert-Coddington (globalseafood.org) on biofouled probes; "0 % saturation when fouled" in the NERC metadata of Durleigh',
  options: Type.Object({
    /** mg/L a day. */
    biasADay: Type.Number({ default: -0.1 }),
    /** Time constant at the end of the window; at its start it is 1 min. */
    slowestMinutes: Type.Number({ default: 15, minimum: 1 }),
  }),
  appliesTo: ({ name }) => name === 'dissolved_oxygen',
  readings({ options: { biasADay, slowestMinutes }, fields }) {
    const felt = new Map<string, number>();
    let seenAt: number | undefined;
    return {
      watch() {
        felt.clear();
        seenAt = undefined;
      },
      alter(measurement, { from, to }) {
        const grown = (measurement.at - from) / (to - from);
        const constant = (1 + (slowestMinutes - 1) * grown) * MINUTE;
        const share = seenAt === undefined ? 1 : 1 - Math.exp(-(measurement.at - seenAt) / constant);
        seenAt = measurement.at;
        const values: Record<string, Sent> = {};
        for (const { name, decimals } of fields) {
          const value = measurement.values[name];
          if (typeof value !== 'number') continue;
          const before = felt.get(name) ?? value;
          const now = before + share * (value - before);
          felt.set(name, now);
          const shown = now + (biasADay * (measurement.at - from)) / DAY;
          values[name] = Number(Math.max(0, shown).toFixed(decimals));
        }
        return [altered(measurement, 'fouling', values)];
      },
    };
  },
});
