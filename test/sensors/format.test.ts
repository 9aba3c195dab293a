/** Values and ages as people read them. */
import { describe, expect, it } from 'vitest';
import { CELSIUS, choice, measured, PERCENT, temperature, toggle } from '../../sensors/fields.ts';
import { formatAge, formatDuration, formatValue } from '../../sensors/format.ts';

const oxygen = measured('dissolved_oxygen', '溶解氧', 'dissolved oxygen', ['mg/L', 'mg/L'], [0, 25], 0.01);
const ph = measured('ph', 'pH', 'pH', ['[pH]', ''], [0, 14], 0.01);
const humidity = measured('air_humidity', '湿度', 'humidity', PERCENT, [0, 100], 0.1);
const level = measured('water_level', '水位', 'level', ['mm', 'mm'], [-500, 1500], 1);
const air = temperature('air_temperature', '气温', 'air', [-80, 70]);

describe('a value', () => {
  it.each([
    [oxygen, 6.4, '6.40 mg/L'],
    [ph, 7.93, '7.93'],
    [humidity, 81.26, '81.3%'],
    [level, -150, '-150 mm'],
    [air, -0.04, '0.0 °C'],
    [air, -18.06, '-18.1 °C'],
  ])('is written with its digits and unit: %#', (field, value, text) => {
    expect(formatValue(field, value, 'zh')).toBe(text);
  });

  it('of a switch or a choice is a word of the language', () => {
    const gate = choice('gate', '闸门', 'gate', { 0: { zh: '关闭', en: 'closed' }, 2: { zh: '全开', en: 'open' } });
    expect(formatValue(toggle('pump_on', '水泵', 'pump'), 1, 'zh')).toBe('开');
    expect(formatValue(toggle('pump_on', '水泵', 'pump'), 0, 'en')).toBe('off');
    expect(formatValue(gate, 2, 'zh')).toBe('全开');
  });

  it('that is none is a dash', () => {
    expect(formatValue(oxygen, Number.NaN, 'en')).toBe('–');
  });
});

describe('the builders', () => {
  it.each([
    [0.01, 2],
    [0.2, 1],
    [1, 0],
    [5, 0],
    [1e-7, 7],
    [0.001, 3],
  ])('derive from a resolution of %d that %d decimals are shown', (resolution, decimals) => {
    expect(measured('x', '某', 'x', CELSIUS, [0, 1], resolution).decimals).toBe(decimals);
  });
});

describe('an age', () => {
  it.each([
    [12_000, '12 秒前', '12 s ago'],
    [59_999, '59 秒前', '59 s ago'],
    [60_000, '1 分钟前', '1 min ago'],
    [23.9 * 60_000, '23 分钟前', '23 min ago'],
    [111 * 60_000, '1 小时 51 分钟前', '1 h 51 min ago'],
    [2 * 3_600_000, '2 小时前', '2 h ago'],
    [11.9 * 3_600_000, '11 小时前', '11 h ago'],
    [47 * 3_600_000, '47 小时前', '47 h ago'],
    [49 * 3_600_000, '2 天前', '2 days ago'],
    [0, '刚刚', 'just now'],
    [-30_000, '刚刚', 'just now'],
  ])('of %d ms is %s, %s', (ageMs, zh, en) => {
    expect(formatAge(ageMs, 'zh')).toBe(zh);
    expect(formatAge(ageMs, 'en')).toBe(en);
  });

  it('as a duration has no "ago"', () => {
    expect(formatDuration(23 * 60_000, 'zh')).toBe('23 分钟');
  });
});
