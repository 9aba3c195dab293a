/** A possible cause of a value outside the physical range, with the change that would put it right. */
import type { KeyMapping } from '../registry/mapping.ts';
import type { Field } from '../sensors/kind.ts';
import { type Scaling, scaled } from './scaling.ts';

export interface AdviceContext {
  readonly scaling: Scaling;
  /** Other fields of the kind. */
  readonly fieldNamed?: ((name: string) => Field | undefined) | undefined;
}

export interface Remedy {
  /** The likely cause and what to do about it. */
  readonly text: string;
  readonly value: number;
  /** The change to the mapping of the key; absent where a mapping does not help. */
  readonly change?: Partial<KeyMapping>;
}

/** The value under another scaling, if that value is in the normal range. */
export function tried(field: Field, raw: number, scaling: Scaling): number | undefined {
  const value = scaled(raw, scaling, field.unit);
  const [low, high] = field.normal ?? field.physical;
  return value !== undefined && value >= low && value <= high ? value : undefined;
}

/** Whether another scaling gives a value inside the physical range and outside the normal one. */
export function isUnusual(field: Field, raw: number, scaling: Scaling): boolean {
  const value = scaled(raw, scaling, field.unit);
  const [low, high] = field.physical;
  return value !== undefined && value >= low && value <= high && tried(field, raw, scaling) === undefined;
}

export const show = ({ symbol }: Field, value: number) =>
  `${Number(value.toPrecision(6))}${symbol === '' ? '' : ` ${symbol}`}`;
