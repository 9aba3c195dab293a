/** The units in which an installation shows values to people. Readings, thresholds, the API and files keep the unit of the kind. */
import type { Field, Kind } from './kind.ts';
import type { Label } from './label.ts';

export const UNIT_CHOICES = ['metric', 'farm'] as const;
export type UnitChoice = (typeof UNIT_CHOICES)[number];

export interface ShownUnit {
  readonly symbol: Label;
  /** Shown value per value in the field's own unit. */
  readonly factor: number;
  readonly decimals: number;
}

/** As farmers in Sichuan count: 15 亩 to the hectare, water in centimetres, seed in kilograms to the 亩. By UCUM code. */
const FARM: Readonly<Record<string, ShownUnit>> = {
  har: { symbol: { zh: '亩', en: 'mu' }, factor: 15, decimals: 1 },
  'kg/har': { symbol: { zh: '公斤/亩', en: 'kg/mu' }, factor: 1 / 15, decimals: 2 },
  mm: { symbol: { zh: '厘米', en: 'cm' }, factor: 1 / 10, decimals: 1 },
};

/** Rain is read in millimetres everywhere. */
const STAYS = new Set(['rain', 'rainfall', 'precipitation']);

export function withShownUnits(kind: Kind, choice: UnitChoice): Kind {
  if (choice === 'metric') return kind;
  return {
    ...kind,
    fields: kind.fields.map((field) => {
      const shown = STAYS.has(field.name) ? undefined : FARM[field.unit];
      return shown === undefined ? field : { ...field, shown };
    }),
  };
}

/** An area or a rate that is worked out of several fields, as the fields of its kind are shown. */
export function formatWorkedOut(
  value: number,
  unit: 'har' | 'kg/har',
  fields: readonly Field[],
  language: keyof Label,
): string {
  const shown = fields.find((field) => field.unit === unit)?.shown;
  if (shown !== undefined) return `${(value * shown.factor).toFixed(shown.decimals)} ${shown.symbol[language]}`;
  return unit === 'har' ? `${value.toFixed(2)} ha` : `${value.toFixed(1)} kg/ha`;
}
