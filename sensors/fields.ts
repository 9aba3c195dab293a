/** Builders for fields that recur in the kinds. Each kind gives its own names, labels and ranges. */
import type { Field } from './kind.ts';
import type { Label } from './label.ts';

type Range = readonly [min: number, max: number];
type Extras = Partial<
  Pick<
    Field,
    | 'normal'
    | 'sentinels'
    | 'clampFrom'
    | 'maxStep'
    | 'stuckAfterMinutes'
    | 'aliases'
    | 'resolution'
    | 'decimals'
    | 'intervalMs'
    | 'isIntervalSum'
    | 'derived'
    | 'openMedium'
    | 'openUnit'
    | 'siblings'
  >
>;

/** A measured number. `precision` is the resolution; decimals follow from it. */
export function measured(
  name: string,
  zh: string,
  en: string,
  unit: readonly [ucum: string, symbol: string],
  physical: Range,
  precision: number,
  extras: Extras = {},
): Field {
  const decimals = Math.max(0, Math.ceil(-Math.log10(precision)));
  return {
    name,
    label: { zh, en },
    unit: unit[0],
    symbol: unit[1],
    physical,
    resolution: precision,
    decimals,
    shape: 'number',
    ...extras,
  };
}

export const CELSIUS = ['Cel', '°C'] as const;
export const PERCENT = ['%', '%'] as const;
export const MILLIMETRE = ['mm', 'mm'] as const;
export const MG_PER_L = ['mg/L', 'mg/L'] as const;

/** Air, water, grain… in °C to a tenth. A DS18B20 shows 85 after power-up and -127 without its wire. */
export function temperature(name: string, zh: string, en: string, physical: Range, extras: Extras = {}): Field {
  return measured(name, zh, en, CELSIUS, physical, 0.1, { sentinels: [-127, 85], maxStep: 3, ...extras });
}

/** On or off, 1 or 0; constant for days in healthy operation, so never stuck. */
export function toggle(
  name: string,
  zh: string,
  en: string,
  states: readonly [off: Label, on: Label] = ON_OFF,
  extras: Extras = {},
): Field {
  const [off, on] = states;
  return {
    name,
    label: { zh, en },
    unit: '1',
    symbol: '',
    physical: [0, 1],
    resolution: 1,
    decimals: 0,
    shape: 'boolean',
    choices: { 0: off, 1: on },
    ...extras,
  };
}

export function choice(
  name: string,
  zh: string,
  en: string,
  choices: Readonly<Record<number, Label>>,
  extras: Extras = {},
): Field {
  const keys = Object.keys(choices).map(Number);
  return {
    name,
    label: { zh, en },
    unit: '1',
    symbol: '',
    physical: [Math.min(...keys), Math.max(...keys)],
    resolution: 1,
    decimals: 0,
    shape: 'enum',
    choices,
    ...extras,
  };
}

const ON_OFF: readonly [Label, Label] = [
  { zh: '关', en: 'off' },
  { zh: '开', en: 'on' },
];

/** WGS-84, stored unshifted; a Chinese map (GCJ-02) converts when it draws. */
export const position: readonly Field[] = [
  measured('latitude', '纬度', 'latitude', ['deg', '°'], [-90, 90], 1e-7, { normal: [30.7, 31.3], aliases: ['lat'] }),
  measured('longitude', '经度', 'longitude', ['deg', '°'], [-180, 180], 1e-7, {
    normal: [107.7, 108.1],
    aliases: ['lon', 'lng'],
  }),
];
