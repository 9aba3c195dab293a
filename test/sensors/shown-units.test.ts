import { expect, it } from 'vitest';
import { formatAmount, formatValue, symbolOf } from '../../sensors/format.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { limitViolationsOf } from '../../sensors/limit-violations.ts';
import { formatWorkedOut, withShownUnits } from '../../sensors/shown-units.ts';

const kinds = await loadKinds();
const fieldOf = (kind: string, name: string, choice: 'metric' | 'farm') => {
  const known = kinds.get(kind);
  const field = known && withShownUnits(known, choice).fields.find((each) => each.name === name);
  if (known === undefined || field === undefined) throw new Error(`${kind} has no ${name}`);
  return { kind: withShownUnits(known, choice), field };
};

it('shows water in centimetres, areas in 亩 and rates in 公斤/亩 where an installation chose so', () => {
  const level = fieldOf('paddy_water', 'water_level', 'farm').field;
  expect(formatValue(level, -108, 'zh')).toBe('-10.8 厘米');
  expect(formatValue(level, -108, 'en')).toBe('-10.8 cm');
  expect([formatAmount(level, 42), symbolOf(level, 'zh')]).toEqual(['4.2', '厘米']);
  expect(formatValue(fieldOf('drone_seeding', 'area_covered', 'farm').field, 3.4312, 'zh')).toBe('51.5 亩');
  expect(formatValue(fieldOf('drone_seeding', 'seeding_rate', 'farm').field, 60, 'zh')).toBe('4.00 公斤/亩');
  const { fields } = fieldOf('drone_seeding', 'seeding_rate', 'farm').kind;
  expect(formatWorkedOut(3.35, 'har', fields, 'zh')).toBe('50.3 亩');
});

it('keeps the units of the kind otherwise, and rain in millimetres always', () => {
  expect(formatValue(fieldOf('paddy_water', 'water_level', 'metric').field, -108, 'zh')).toBe('-108 mm');
  expect(formatValue(fieldOf('paddy_water', 'rainfall', 'farm').field, 2.4, 'zh')).toBe('2.4 mm');
  const { field, kind } = fieldOf('drone_seeding', 'area_covered', 'metric');
  // One number for one thing: with as many digits as what is worked out of the swaths.
  expect(formatValue(field, 3.4312, 'zh')).toBe('3.43 ha');
  expect(formatWorkedOut(3.4312, 'har', kind.fields, 'en')).toBe('3.43 ha');
});

it('says value and limit of a sentence in the same unit', () => {
  const { field, kind } = fieldOf('paddy_water', 'water_level', 'farm');
  const normal = { ...field, normal: [-150, 150] as const };
  const [reason] = limitViolationsOf({ field: normal, value: -208, values: {}, kind, profile: undefined });
  expect(reason?.label.zh).toContain('-20.8 厘米，低于 -15.0');
});
