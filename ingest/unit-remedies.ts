/** Remedies for values in another unit, of another field or in another notation of positions. */
import type { Field } from '../sensors/kind.ts';
import { type AdviceContext, isUnusual, type Remedy, show, tried } from './remedy.ts';

/** Oxygen sent in % of saturation, a battery sent in volts. */
export function siblings(field: Field, raw: number, { scaling, fieldNamed }: AdviceContext): readonly Remedy[] {
  return (field.siblings ?? []).flatMap((name) => {
    const sibling = fieldNamed?.(name);
    if (sibling === undefined) return name === 'oxygen_saturation' && raw > 25 && raw <= 200 ? [noSaturation(raw)] : [];
    const value = tried(sibling, raw, { ...scaling, unit: undefined });
    if (value !== undefined)
      return [
        { text: `${sibling.label.en} in ${sibling.symbol}? Map the key to ${name}`, value, change: { field: name } },
      ];
    return (USUAL_UNITS[sibling.unit] ?? []).flatMap(([unit, called]) => {
      const converted = tried(sibling, raw, { ...scaling, unit });
      if (converted === undefined) return [];
      const text = `${sibling.label.en} in ${called}? Map the key to ${name} with the unit ${unit}`;
      return [{ text, value: converted, change: { field: name, unit } }];
    });
  });
}

function noSaturation(raw: number): Remedy {
  return { text: 'oxygen saturation in %? There is no field for it here: have the probe send mg/L', value: raw };
}

/** Units that devices send, by the unit of the field. */
const USUAL_UNITS: Readonly<Record<string, readonly (readonly [unit: string, name: string])[]>> = {
  Cel: [
    ['[degF]', 'degrees Fahrenheit'],
    ['K', 'kelvin'],
  ],
  V: [['mV', 'millivolts']],
  'm/s': [
    ['km/h', 'kilometres an hour'],
    ['[kn_i]', 'knots'],
  ],
  kPa: [
    ['Pa', 'pascal'],
    ['hPa', 'hectopascal'],
  ],
  hPa: [
    ['Pa', 'pascal'],
    ['kPa', 'kilopascal'],
    ['mmHg', 'millimetres of mercury'],
    ['inHg', 'inches of mercury'],
  ],
};

export function units(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
  if (scaling.unit !== undefined) return [];
  return (USUAL_UNITS[field.unit] ?? []).flatMap(([unit, name]) => {
    const value = tried(field, raw, { ...scaling, unit });
    return value === undefined
      ? []
      : [
          {
            text: `${name}? ${show(field, value)} would be usual; set unit to ${unit} in the mapping`,
            value,
            change: { unit },
          },
        ];
  });
}

/** A sibling as a scaled register: 640 may be 6.40 mg/L, and 64.0 % as well. */
export function scaledSiblings(field: Field, raw: number, { scaling, fieldNamed }: AdviceContext): readonly Remedy[] {
  if (!Number.isInteger(raw)) return [];
  return (field.siblings ?? []).flatMap((name) => {
    const sibling = fieldNamed?.(name);
    if (sibling === undefined || sibling.unit === field.unit) return [];
    return [10, 100].flatMap((factor) => {
      const scale = Number((scaling.scale / factor).toPrecision(12));
      const value = tried(sibling, raw, { ...scaling, unit: undefined, scale });
      if (value === undefined) return [];
      const text = `${sibling.label.en} scaled by ${factor}? ${show(sibling, value)} would be usual; map the key to ${name} with the scale ${scale}`;
      return [{ text, value, change: { field: name, scale } }];
    });
  });
}

/** The CSQ of a modem, 3GPP TS 27.007. */
export function modemSignal(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
  if (field.unit !== 'dB[mW]' || !Number.isInteger(raw) || raw < 1 || raw > 31) return [];
  const value = tried(field, raw, { ...scaling, scale: 2, offset: -113 });
  if (value === undefined) return [];
  const text = `CSQ of a modem (0…31)? ${show(field, value)} would be usual; set scale to 2 and offset to -113 in the mapping`;
  return [{ text, value, change: { scale: 2, offset: -113 } }];
}

const isPosition = ({ name }: Field) => name === 'latitude' || name === 'longitude';

export function positions(field: Field, raw: number, { scaling, fieldNamed }: AdviceContext): readonly Remedy[] {
  if (!isPosition(field)) return [];
  const minutes = scaling.as === undefined ? tried(field, raw, { ...scaling, as: 'ddmm' }) : undefined;
  const found: Remedy[] = [];
  if (minutes !== undefined)
    found.push({
      text: `degrees and minutes (ddmm.mmmm)? ${show(field, minutes)} would be usual; set as to ddmm in the mapping`,
      value: minutes,
      change: { as: 'ddmm' },
    });
  for (const digits of Number.isInteger(raw) ? [5, 6, 7] : []) {
    const value = tried(field, raw, { ...scaling, scale: scaling.scale / 10 ** digits });
    if (value !== undefined)
      found.push({
        text: `degrees × 10^${digits}? Set the mapping's scale to 1e-${digits}`,
        value,
        change: { scale: Number(`1e-${digits}`) },
      });
  }
  const other = field.name === 'latitude' ? fieldNamed?.('longitude') : undefined;
  if (other !== undefined && tried(other, raw, scaling) !== undefined)
    found.push({ text: 'latitude and longitude exchanged?', value: raw });
  return found;
}

/** Units in which the value is unusual and yet possible. */
export function possibleUnits(field: Field, raw: number, { scaling }: AdviceContext) {
  if (scaling.unit !== undefined) return [];
  return (USUAL_UNITS[field.unit] ?? []).filter(([unit]) => isUnusual(field, raw, { ...scaling, unit }));
}
