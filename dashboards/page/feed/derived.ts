/** Values that no probe measures but that follow from those that are: shown wherever all of their inputs are there. */
import type { Field, Kind } from '../../../sensors/kind.ts';
import type { Band } from '../../../sensors/profile.ts';
import { unionisedShare } from '../../../sensors/unionised-ammonia.ts';
import type { Point, Series } from '../../../store/store.ts';

type Values = Readonly<Record<string, number>>;

interface Derived {
  readonly field: Field;
  readonly from: readonly string[];
  /** Of values measured at one time; all of `from` are there. */
  readonly of: (values: Values) => number;
  /** Drawn behind the curve; it does not judge the site: that is for its profile. */
  readonly band: Band;
}

const DERIVED: readonly Derived[] = [
  {
    field: {
      name: 'unionised_ammonia',
      label: { zh: '非离子氨', en: 'un-ionised ammonia' },
      unit: 'mg/L',
      symbol: 'mg/L',
      physical: [0, 50],
      resolution: 0.001,
      decimals: 3,
      shape: 'number',
    },
    from: ['ammonia_nitrogen', 'ph', 'water_temperature'],
    of: ({ ammonia_nitrogen: total = 0, ph = 7, water_temperature: celsius = 20 }) =>
      total * unionisedShare(celsius, ph),
    band: { field: 'unionised_ammonia', warnAbove: 0.02, source: 'GB 11607-89: at most 0.02 mg/L' },
  },
];

export const derivedBand = (field: string) => DERIVED.find((each) => each.field.name === field)?.band;

/** The kind with the fields that follow from its own, each charted behind the one it follows from. */
export function withDerived(kind: Kind): Kind {
  const names = new Set(kind.fields.map(({ name }) => name));
  const added = DERIVED.filter(({ field, from }) => !names.has(field.name) && from.every((name) => names.has(name)));
  if (added.length === 0) return kind;
  const panels = kind.panels.flatMap((panel) => [
    panel,
    ...added
      .filter(({ from: [source = ''] }) => panel.fields.includes(source))
      .map(({ field }) => ({ title: field.label, fields: [field.name] })),
  ]);
  return { ...kind, fields: [...kind.fields, ...added.map(({ field }) => field)], panels };
}

/** Measured or derived; undefined where an input is missing. */
export function measuredOrDerived(field: string, values: Values): number | undefined {
  const derived = DERIVED.find((each) => each.field.name === field);
  if (derived === undefined || field in values) return values[field];
  return derived.from.every((name) => name in values) ? derived.of(values) : undefined;
}

export function withDerivedValues(kind: Kind, values: Values): Values {
  const added = DERIVED.flatMap(({ field }) => {
    const value = kind.fields.includes(field) ? measuredOrDerived(field.name, values) : undefined;
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return added.length === 0 ? values : { ...values, ...Object.fromEntries(added) };
}

/** What has to be asked for to know these fields. */
export function inputsOf(fields: readonly string[]): readonly string[] {
  const needed = fields.flatMap((name) => DERIVED.find(({ field }) => field.name === name)?.from ?? [name]);
  return [...new Set(needed)];
}

/** The answer with what was asked for; of windows, what follows from their means. */
export function withDerivedSeries(fields: readonly string[], answer: readonly Series[]): readonly Series[] {
  const asked = DERIVED.filter(({ field }) => fields.includes(field.name));
  const measured = answer.filter(({ field }) => fields.includes(field));
  return [...measured, ...asked.flatMap((derived) => seriesOf(derived, answer))];
}

function seriesOf({ field, from, of }: Derived, answer: readonly Series[]): readonly Series[] {
  const [source = '', ...others] = from;
  return answer
    .filter((each) => each.field === source && (each.aggregate === 'raw' || each.aggregate === 'mean'))
    .flatMap((lead) => {
      const inputs = others.map((name) => {
        const found = answer.find(
          (each) =>
            each.park === lead.park &&
            each.device === lead.device &&
            each.field === name &&
            each.aggregate === lead.aggregate,
        );
        return [name, new Map(found?.points.map(([time, value]) => [time, value]))] as const;
      });
      const points = lead.points.flatMap(([time, value]): Point[] => {
        const values: Record<string, number> = { [source]: value };
        for (const [name, byTime] of inputs) {
          const input = byTime.get(time);
          if (input === undefined) return [];
          values[name] = input;
        }
        return [[time, of(values)]];
      });
      return points.length === 0 ? [] : [{ ...lead, field: field.name, points }];
    });
}
