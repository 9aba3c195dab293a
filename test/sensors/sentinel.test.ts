/** Constants that stand for a missing or broken probe, one line each with who sends it. */
import { describe, expect, it } from 'vitest';
import type { Field } from '../../sensors/kind.ts';
import { isSentinel } from '../../sensors/sentinel.ts';

const field = (more: Partial<Field> = {}): Field => ({
  ...{ name: 'f', label: { zh: '量', en: 'f' }, unit: 'mm', symbol: 'mm' },
  ...{ physical: [-1, 5], resolution: 0.1, decimals: 1, shape: 'number' },
  ...more,
});
const says = (value: number, more: Partial<Field> = {}, raw = value, own?: readonly number[]) =>
  isSentinel(field(more), raw, value, own);

/** Beyond any range of `field()`. */
const CONSTANTS = [
  // DS18B20 without its wire, an 8-bit converter at its end.
  ...[-127, -128, 127.9],
  // Nines, as loggers write them.
  ...[-99, -99.9, 99.9, -999, -999.9, 999, 999.9, -9999, 9999],
  // One beside the end of a register, 12 and 32 bits full.
  ...[-32_767, 32_766, 65_534, 4095, 2_147_483_647, -2_147_483_648],
  // The end of a 16-bit register after its scale.
  ...[6553.5, 655.35, 65.535, 3276.7, 327.67, 32.767, -3276.8, -327.68, -32.768],
];

describe('a constant', () => {
  it.each(CONSTANTS)('%d is no value beyond the range, raw or scaled, and one within it', (value) => {
    expect(says(value)).toBe(true);
    expect(says(value / 2, {}, value)).toBe(true);
    expect(says(value, { physical: [Math.min(value, 0), Math.max(value, 0)] })).toBe(false);
    expect(says(value, { physical: [value, value] })).toBe(false);
  });

  it.each([65_535, 32_767, -32_768])('%d, the end of a register, is none even within the range', (raw) => {
    expect(says(raw, { physical: [-100_000, 100_000] })).toBe(true);
    expect(says(3, {}, raw)).toBe(true);
    expect(says(raw, { physical: [-100_000, 1_000_000] })).toBe(true);
    // Counters go further.
    expect(says(raw, { physical: [-100_000, 2_000_000] })).toBe(false);
    expect(says(raw, { shape: 'enum', physical: [-100_000, 100_000] })).toBe(false);
  });

  it('that is like none of them is a value, however far beyond', () => {
    for (const value of [-126, -998, 5.1, 100, 1e9]) expect(says(value)).toBe(false);
  });
});

it('85 °C is what a DS18B20 says before its first conversion, where it cannot be a temperature', () => {
  expect(says(85, { unit: 'Cel' })).toBe(true);
  expect(says(25, { unit: 'Cel', physical: [-2, 20] }, 85)).toBe(true);
  expect(says(85, { unit: 'Cel', physical: [-40, 125] })).toBe(false);
  expect(says(85)).toBe(false);
  expect(says(85, { unit: 'Cel' }, 850)).toBe(false);
});

it('a device and a field may have constants of their own, the one as it is sent, the other as it is stored', () => {
  expect(says(3, {}, 30, [30])).toBe(true);
  expect(says(30, { physical: [0, 99] }, 3, [30])).toBe(false);
  expect(says(3, { sentinels: [3] }, 30)).toBe(true);
  expect(says(30, { sentinels: [3], physical: [0, 99] }, 3)).toBe(false);
});
