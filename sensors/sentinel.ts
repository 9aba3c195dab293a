/** Constants that devices send when there is nothing to measure; they look like plausible values. */
import type { Field } from './kind.ts';

/** All bits of a 16-bit register set, or its signed ends: no probe, whatever the field and however it is scaled. */
export const REGISTER_SENTINELS: ReadonlySet<number> = new Set([65_535, 32_767, -32_768]);

/** Only outside a field's physical range, because inside they can be measured: the water of a paddy can stand at -127 mm. */
const BEYOND_RANGE = new Set([
  ...[-127, -128, 127.9, -99, -99.9, 99.9, -999, -999.9, 999, 999.9, -9999, 9999, -32_767, 32_766, 65_534],
  ...[6553.5, 655.35, 65.535, 3276.7, 327.67, 32.767, -3276.8, -327.68, -32.768, 4095, 2147483647, -2147483648],
]);

/** What a DS18B20 reports between power-up and its first conversion. */
const POWER_UP_CELSIUS = 85;

/** `raw` is the number as the device sent it, `value` after the mapping. */
export function isSentinel(field: Field, raw: number, value: number, own: readonly number[] | undefined): boolean {
  if (own?.includes(raw)) return true;
  if (field.shape === 'number' && REGISTER_SENTINELS.has(raw) && field.physical[1] <= 1_000_000) return true;
  const [low, high] = field.physical;
  const isOutside = value < low || value > high;
  if (isOutside && (BEYOND_RANGE.has(raw) || BEYOND_RANGE.has(value))) return true;
  if (isOutside && field.unit === 'Cel' && raw === POWER_UP_CELSIUS) return true;
  return field.sentinels?.includes(value) ?? false;
}
