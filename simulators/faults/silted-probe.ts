/** A probe that sinks into the mud: oxygen falls to zero as smoothly as in a dying pond, but the temperature hardly changes. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

/** By field: the value in the mud from that in clear water and the degree of burial (0…1). */
const IN_MUD: Readonly<Record<string, (value: number, first: number, closed: number) => number>> = {
  dissolved_oxygen: (value, _first, closed) => value * (1 - closed) + 0.1 * closed,
  oxygen_saturation: (value, _first, closed) => value * (1 - closed) + closed,
  water_temperature: (value, first, closed) => first * closed + value * (1 - closed),
  specific_conductance: (value, _first, closed) => value * (1 + 0.06 * closed),
  orp: (value, _first, closed) => value - 286 * closed,
};

export default defineFault({
  name: 'silted-probe',
  label: { zh: '探头埋泥', en: 'silted probe' },
  about: {
    zh: '探头陷入淤泥：溶解氧平滑下滑至近零，像缺氧，但水温几乎不动、电导率缓升、ORP 下降。',
    en: 'The probe sinks into mud: oxygen falls to almost zero as in a dying pond, yet the temperature stays, conductivity rises slowly, redox falls.',
  },
  source: 'EXO2 of driftR: 6.6 → 0.4 mg/L in 20 h, 9.6-10.0 °C, 816 → 865 µS/cm, 230 → -56 mV',
  options: Type.Object({
    /** Time until it is buried. */
    hours: Type.Number({ default: 20, minimum: 0.1 }),
  }),
  appliesTo: ({ name }) => name in IN_MUD,
  readings({ options: { hours }, fields }) {
    let first: Readonly<Record<string, Sent>> | undefined;
    return {
      watch() {
        first = undefined;
      },
      alter(measurement, { from }) {
        first ??= measurement.values;
        const passed = Math.min(1, (measurement.at - from) / (hours * 3_600_000));
        const closed = passed * passed * (3 - 2 * passed);
        const values: Record<string, Sent> = {};
        for (const { name, decimals } of fields) {
          const value = measurement.values[name];
          const began = first[name];
          if (typeof value !== 'number' || typeof began !== 'number') continue;
          const shown = IN_MUD[name]?.(value, began, closed) ?? value;
          values[name] = Number(shown.toFixed(decimals));
        }
        return [altered(measurement, 'silted-probe', values)];
      },
    };
  },
});
