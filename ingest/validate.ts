/** Validates one incoming value: a number to store, or the reason against it. */

import type { RejectionCode } from '../bus/rejection.ts';
import type { ValueMapping } from '../registry/mapping.ts';
import type { Field } from '../sensors/kind.ts';
import { isSentinel } from '../sensors/sentinel.ts';
import { isUnit } from '../sensors/units.ts';
import { outOfRangeAdvice } from './advice.ts';
import { type Scaling, scaled } from './scaling.ts';

export interface ValueRules {
  readonly scale: number;
  readonly offset: number;
  readonly sentinels?: readonly number[] | undefined;
  /** `"6.42"` counts as 6.42, `"21.1 °C"` as 21.1 °C. */
  readonly acceptStrings: boolean;
  /** Further rules of the mapping. */
  readonly rules?: ValueMapping | undefined;
  /** The unit that the device wrote beside the value. */
  readonly unit?: string | undefined;
  /** Converts a running total to an interval; undefined if there is no earlier total. */
  readonly intervalOf?: ((total: number) => number | undefined) | undefined;
  /** Other fields of the kind, for advice. */
  readonly fieldNamed?: ((name: string) => Field | undefined) | undefined;
}

export type Verdict =
  | { readonly is: 'good'; readonly value: number }
  | { readonly is: 'clamped'; readonly value: number }
  /** Sent as `null` or left out: the device did not measure. */
  | { readonly is: 'absent' }
  | { readonly is: 'bad'; readonly code: RejectionCode; readonly message: string };

export function validate(field: Field, given: unknown, rules: ValueRules): Verdict {
  if (given === null || given === undefined || isIgnored(given, rules.rules?.ignore)) return { is: 'absent' };
  const sent = toNumber(field, given, rules.acceptStrings);
  if ('is' in sent) return sent;
  const { number: raw } = sent;
  if (!Number.isFinite(raw)) {
    return bad('VALUE_NOT_FINITE', `${field.name} is ${raw}: leave out what could not be measured`);
  }
  const said = sent.unit ?? rules.unit;
  const scaling = scalingOf(field, rules, said);
  const sum = scaled(raw, scaling, field.unit);
  if (sum === undefined) return wrongUnit(field, raw, said ?? '');
  const isTotal = rules.intervalOf !== undefined && !(rules.sentinels?.includes(raw) ?? false);
  const value = isTotal ? rules.intervalOf?.(sum) : sum;
  if (value === undefined) return noInterval(field, sum);
  if (!isTotal && isSentinel(field, raw, value, rules.sentinels)) {
    return bad('VALUE_SENTINEL', `${field.name} is ${raw}, which means a missing or broken probe: check its wiring`);
  }
  if (field.shape !== 'number') return chosen(field, value);
  if (isNoise(field, value, scaling)) {
    return bad(
      'VALUE_OUT_OF_RANGE',
      `${field.name} is ${value}, less than any probe resolves: a 32-bit float read in the wrong byte order? Try the other orders (ABCD, CDAB, BADC, DCBA)`,
    );
  }
  const [low, high] = field.physical;
  if (value >= low && value <= high) return { is: 'good', value };
  if (field.clampFrom !== undefined && value < low && value >= field.clampFrom) return { is: 'clamped', value: low };
  return bad('VALUE_OUT_OF_RANGE', outOfRangeAdvice(field, raw, value, { scaling, fieldNamed: rules.fieldNamed }));
}

/** A float read in the wrong byte order is mostly close to zero; rounding errors of firmware are larger. */
const isNoise = ({ resolution }: Field, value: number, { as }: Scaling) =>
  value !== 0 && Math.abs(value) < (as === 'f32' ? resolution / 1e6 : 1e-18);

const bad = (code: RejectionCode, message: string): Verdict => ({ is: 'bad', code, message });

function noInterval({ name }: Field, total: number): Verdict {
  const message = `${name} is a running total (${total}) without an earlier one: intervals are stored from the next message on`;
  return bad('COUNTER_STARTS', message);
}

function isIgnored(given: unknown, ignored: ValueMapping['ignore']): boolean {
  return ignored?.some((constant) => constant === given) ?? false;
}

/** A unit sent by the device takes precedence over that in the mapping. */
function scalingOf(
  { unit: own, symbol, shape }: Field,
  { scale, offset, rules }: ValueRules,
  said: string | undefined,
): Scaling {
  const unit = shape !== 'number' || said === own || said === symbol ? undefined : (said ?? rules?.unit);
  return { scale, offset, as: rules?.as, order: rules?.order, unit };
}

function wrongUnit(field: Field, raw: number, said: string): Verdict {
  const unit = JSON.stringify(said.slice(0, 20));
  return bad(
    'UNIT_MISMATCH',
    isUnit(said)
      ? `${field.name} is in ${field.symbol || field.unit}, but ${raw} was sent in ${unit}: map the key to a field of that unit`
      : `${field.name} was sent in ${unit}, which is not a known unit: write it as ${field.symbol || field.unit}`,
  );
}

interface Sent {
  readonly number: number;
  /** Written after the number. */
  readonly unit?: string;
}

const NUMERIC = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const WITH_UNIT =
  /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?)\s*([^\d\s][^\s]{0,19}(?: [A-Za-z]{1,12})?)$/;
/** `%` of `"92.4 %"`. */
export function unitInText(given: unknown): string | undefined {
  const unit = typeof given === 'string' ? WITH_UNIT.exec(given.trim())?.[2] : undefined;
  return unit !== undefined && isUnit(unit) ? unit : undefined;
}

const NOT_FINITE = /^[+-]?(?:nan|inf|infinity|1\.#(?:inf|ind|qnan))$/i;

function toNumber(field: Field, given: unknown, acceptStrings: boolean): Sent | Verdict {
  if (typeof given === 'number') return { number: given };
  if (typeof given === 'boolean') {
    if (field.shape === 'boolean') return { number: given ? 1 : 0 };
    return bad('VALUE_NOT_A_NUMBER', `${field.name} is ${given} but must be ${wanted(field)}`);
  }
  if (typeof given === 'string') return textToNumber(field, given.trim(), acceptStrings);
  return bad(
    'VALUE_NOT_A_NUMBER',
    `${field.name} is ${Array.isArray(given) ? 'an array' : 'an object'} but must be ${wanted(field)}`,
  );
}

function textToNumber(field: Field, text: string, acceptStrings: boolean): Sent | Verdict {
  const choice = choiceNamed(field, text);
  if (choice !== undefined) return { number: choice };
  const shown = JSON.stringify(text.slice(0, 40));
  if (NOT_FINITE.test(text)) {
    return bad('VALUE_NOT_FINITE', `${field.name} is the text ${shown}: leave out what could not be measured`);
  }
  if (NUMERIC.test(text)) {
    if (acceptStrings) return { number: Number(text) };
    return bad(
      'VALUE_NOT_A_NUMBER',
      `${field.name} is the text ${shown}: send the number ${Number(text)} without quotes, or set acceptStrings in the device's mapping`,
    );
  }
  const [, digits, unit] = WITH_UNIT.exec(text) ?? [];
  if (digits !== undefined && unit !== undefined && isUnit(unit)) {
    if (acceptStrings) return { number: Number(digits), unit };
    return bad(
      'VALUE_NOT_A_NUMBER',
      `${field.name} is the text ${shown}: send the number ${Number(digits)} without unit and quotes, or set acceptStrings in the device's mapping`,
    );
  }
  const hint = commaHint(text);
  return bad('VALUE_NOT_A_NUMBER', `${field.name} is the text ${shown} but must be ${wanted(field)}${hint}`);
}

/** `1,250` is 1250 to some and 1.25 to others. */
function commaHint(text: string): string {
  if (/^[+-]?[1-9]\d{0,2}(?:,\d{3})+$/.test(text))
    return `: the number ${text.replaceAll(',', '')}, or ${text.replace(',', '.')}? Write it without a comma and without quotes`;
  return /^[+-]?\d+,\d+$/.test(text) ? `; write ${text.replace(',', '.')} with a point and without quotes` : '';
}

const SWITCH: Readonly<Record<string, number>> = { on: 1, true: 1, off: 0, false: 0 };

/** `on`/`off`, `true`/`false` for booleans, and the labels of the kind's choices in either language. */
function choiceNamed(field: Field, text: string): number | undefined {
  if (field.shape === 'number') return undefined;
  const word = text.toLowerCase();
  for (const [key, { zh, en }] of Object.entries(field.choices ?? {})) {
    if (zh === text || en.toLowerCase() === word) return Number(key);
  }
  return field.shape === 'boolean' ? SWITCH[word] : undefined;
}

function chosen(field: Field, value: number): Verdict {
  const isChoice = field.choices === undefined ? value === 0 || value === 1 : Object.hasOwn(field.choices, value);
  if (isChoice) return { is: 'good', value };
  return bad('VALUE_NOT_A_CHOICE', `${field.name} is ${value} but must be ${wanted(field)}`);
}

function wanted({ shape, choices }: Field): string {
  if (shape === 'number') return 'a number';
  const names = Object.entries(choices ?? {}).map(([key, { en }]) => `${key} (${en})`);
  return names.length === 0 ? 'true, false, 1 or 0' : `one of ${names.join(', ')}`;
}
