/** Says what is wrong with a value outside the physical range, and what mistake of wiring or firmware it looks like. */
import type { Field } from '../sensors/kind.ts';

/** Registers hold whole numbers: makers scale by tens. */
const FACTORS = [10, 100, 1000] as const;

export function outOfRangeHint(field: Field, raw: number, value: number): string {
  const [low, high] = field.physical;
  const unit = field.symbol === '' ? '' : ` ${field.symbol}`;
  const start = `${field.name} is ${value}${unit}, outside the physical range ${low}…${high}${unit}`;
  return `${start}: ${likelyCause(field, raw, value)}`;
}

function likelyCause(field: Field, raw: number, value: number): string {
  const isUsual = (candidate: number) => {
    const [low, high] = field.normal ?? field.physical;
    return candidate >= low && candidate <= high;
  };
  // Before the factors: 77 °F and 298 K are nearer to what a probe sends than a tenth of either.
  if (field.unit === 'Cel' && isUsual((value - 32) / 1.8)) {
    return `degrees Fahrenheit? ${round((value - 32) / 1.8)} °C would be usual; set the mapping's scale to 0.5555556, its offset to -17.777778`;
  }
  if (field.unit === 'Cel' && isUsual(value - 273.15)) {
    return `kelvin? Set the mapping's offset to -273.15`;
  }
  for (const factor of FACTORS) {
    if (isUsual(value / factor)) {
      return `sent as a register scaled by ${factor}? ${round(value / factor)} would be usual; set the mapping's scale to ${1 / factor}`;
    }
  }
  return raw === value
    ? 'check probe and wiring'
    : `sent as ${raw}: check scale and offset of the mapping, then the probe`;
}

const round = (value: number) => Number(value.toPrecision(6));
