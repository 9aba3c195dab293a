/** One incoming value → a number the store may keep, or the reason why not. */

import type { RejectionCode } from '../bus/rejection.ts';
import type { Field } from '../sensors/kind.ts';
import { isSentinel } from '../sensors/sentinel.ts';
import { outOfRangeHint } from './range-hint.ts';

export interface ValueRules {
  readonly scale: number;
  readonly offset: number;
  readonly sentinels?: readonly number[] | undefined;
  /** `"6.42"` counts as 6.42. */
  readonly acceptStrings: boolean;
}

export type Verdict =
  | { readonly is: 'good'; readonly value: number }
  | { readonly is: 'clamped'; readonly value: number }
  /** `null`: the device says that it did not measure. */
  | { readonly is: 'absent' }
  | { readonly is: 'bad'; readonly code: RejectionCode; readonly message: string };

export function validate(field: Field, given: unknown, rules: ValueRules): Verdict {
  if (given === null || given === undefined) return { is: 'absent' };
  const raw = toNumber(field, given, rules.acceptStrings);
  if (typeof raw !== 'number') return raw;
  if (!Number.isFinite(raw)) {
    return bad('VALUE_NOT_FINITE', `${field.name} is ${raw}: leave out what could not be measured`);
  }
  const value = scaled(raw, rules);
  if (isSentinel(field, raw, value, rules.sentinels)) {
    return bad(
      'VALUE_SENTINEL',
      `${field.name} is ${raw}, which stands for a missing or broken probe: check its wiring`,
    );
  }
  if (field.shape !== 'number') return chosen(field, value);
  const [low, high] = field.physical;
  if (value >= low && value <= high) return { is: 'good', value };
  if (field.clampFrom !== undefined && value < low && value >= field.clampFrom) return { is: 'clamped', value: low };
  return bad('VALUE_OUT_OF_RANGE', outOfRangeHint(field, raw, value));
}

const bad = (code: RejectionCode, message: string): Verdict => ({ is: 'bad', code, message });

/** Twelve digits: more than any sensor has, fewer than where 6.43 × 0.01 shows its binary tail. */
function scaled(raw: number, { scale, offset }: ValueRules): number {
  if (scale === 1 && offset === 0) return raw === 0 ? 0 : raw;
  const value = Number((raw * scale + offset).toPrecision(12));
  return value === 0 ? 0 : value;
}

const NUMERIC = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity|1\.#(?:inf|ind|qnan))$/i;

function toNumber(field: Field, given: unknown, acceptStrings: boolean): number | Verdict {
  if (typeof given === 'number') return given;
  if (typeof given === 'boolean') {
    if (field.shape === 'boolean') return given ? 1 : 0;
    return bad('VALUE_NOT_A_NUMBER', `${field.name} is ${given} but must be ${wanted(field)}`);
  }
  if (typeof given === 'string') return textToNumber(field, given.trim(), acceptStrings);
  return bad(
    'VALUE_NOT_A_NUMBER',
    `${field.name} is ${Array.isArray(given) ? 'an array' : 'an object'} but must be ${wanted(field)}`,
  );
}

function textToNumber(field: Field, text: string, acceptStrings: boolean): number | Verdict {
  const choice = choiceNamed(field, text);
  if (choice !== undefined) return choice;
  const shown = JSON.stringify(text.slice(0, 40));
  if (NOT_FINITE.test(text)) {
    return bad('VALUE_NOT_FINITE', `${field.name} is the text ${shown}: leave out what could not be measured`);
  }
  if (NUMERIC.test(text)) {
    if (acceptStrings) return Number(text);
    return bad(
      'VALUE_NOT_A_NUMBER',
      `${field.name} is the text ${shown}: send the number ${Number(text)} without quotes, or set acceptStrings in the device's mapping`,
    );
  }
  const hint = /^[+-]?\d+,\d+$/.test(text) ? `; write ${text.replace(',', '.')} with a point and without quotes` : '';
  return bad('VALUE_NOT_A_NUMBER', `${field.name} is the text ${shown} but must be ${wanted(field)}${hint}`);
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
