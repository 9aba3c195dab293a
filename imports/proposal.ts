/** Which column of a table is which field: by header, alias and unit; what that leaves open is a question, never a guess. */
import { DaoyuError } from '../base/errors.ts';
import { createKeyMap, type KeyMap } from '../ingest/map.ts';
import { judgeOpen } from '../ingest/open-alias.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { conversion, isUnit } from '../sensors/units.ts';
import { type Column, keysOf } from '../tables/csv-column.ts';
import { GROUP_SIGN } from '../tables/merged-headers.ts';
import type { ColumnChoice, Question } from './options.ts';

export interface ProposedColumn {
  readonly column: string;
  readonly index: number;
  readonly field?: Field;
  /** Text that goes with a reading, such as the number of a shipment. */
  readonly attribute?: string;
  /** As the file has it; absent where it is that of the field. */
  readonly unit?: string;
  /** Who says so: the person, the file, or nobody, so that the field's own is taken. */
  readonly unitFrom?: 'told' | 'file' | 'assumed';
  /** Why nothing is taken of it, or what was assumed. */
  readonly note?: string;
}

export interface Proposal {
  readonly columns: readonly ProposedColumn[];
  readonly questions: readonly Question[];
}

export interface Sampled {
  readonly headers: readonly string[];
  /** From a line of units. */
  readonly units: readonly (string | undefined)[];
  /** Numbers of the first rows, by column. */
  readonly numbers: readonly (readonly number[])[];
  /** Indexes of columns of time. */
  readonly timed: readonly number[];
}

/** Most of a column must speak for a unit that it does not name. */
const MOST = 0.9;

/** Throws `IMPORT_COLUMN_UNKNOWN`, `FIELD_UNKNOWN`, `UNIT_UNKNOWN` for what a person says. */
export function proposeColumns(
  kind: Kind,
  { headers, units, numbers, timed }: Sampled,
  told: Readonly<Record<string, ColumnChoice>> = {},
): Proposal {
  const keyMap = createKeyMap(kind, undefined);
  const strange = Object.keys(told).filter((name) => !headers.includes(name));
  if (strange.length > 0)
    throw new DaoyuError(
      'IMPORT_COLUMN_UNKNOWN',
      `the file has no column ${strange.map((name) => `"${name}"`).join(', ')}; it has ${headers.join(', ')}`,
    );
  const questions: Question[] = [];
  const keys = keysOf(headers);
  const columns = headers.map((column, index): ProposedColumn => {
    if (timed.includes(index)) return { column, index };
    const choice = told[column];
    if (choice === null) return { column, index, note: 'left out, as told' };
    const read = keys.get(column) ?? { name: column };
    const unit = read.unit ?? units[index];
    if (choice !== undefined) return { column, index, ...chosen(kind, choice, unit) };
    const own = numbers[index] ?? [];
    const found = found1(keyMap, column, { name: read.name, ...(unit !== undefined && { unit }) }, own);
    if ('question' in found) {
      questions.push(found.question);
      return { column, index, note: found.question.message };
    }
    return { column, index, ...found };
  });
  return { columns, questions: [...questions, ...twins(columns)] };
}

function chosen(kind: Kind, choice: string | { readonly field: string; readonly unit: string }, inFile?: string) {
  const { field: name, unit } = typeof choice === 'string' ? { field: choice, unit: undefined } : choice;
  const field = kind.fields.find((each) => each.name === name);
  if (field === undefined)
    throw new DaoyuError(
      'FIELD_UNKNOWN',
      `${kind.name} has no field "${name}"; it has ${kind.fields.map((each) => each.name).join(', ')}`,
    );
  const said = unit ?? inFile;
  if (said === undefined) return { field, unitFrom: 'told' as const };
  if (said !== field.symbol && conversion(said, field.unit) === undefined)
    throw new DaoyuError(
      'UNIT_UNKNOWN',
      `${field.name} is in ${field.symbol || 'bare numbers'}; "${said}" ${isUnit(said) ? 'measures something else' : 'is not a known unit'}`,
    );
  return { field, ...ownUnit(field, said), unitFrom: unit === undefined ? ('file' as const) : ('told' as const) };
}

const ownUnit = (field: Field, unit: string) => (unit === field.symbol || unit === field.unit ? {} : { unit });

type Found = Omit<ProposedColumn, 'column' | 'index'> | { readonly question: Question };

function found1(keyMap: KeyMap, column: string, { name, unit }: Column, numbers: readonly number[]): Found {
  const bare = name.replace(/[（(［[].*$/, '').trim();
  const ofTwins = name.endsWith(' sat') ? [name.slice(0, -4)] : [];
  const inGroup = name.includes(GROUP_SIGN) ? name.split(GROUP_SIGN).reverse() : [];
  const target = [name, column, bare, ...ofTwins, ...inGroup]
    .map((key) => keyMap.target(key))
    .find(({ is }) => is === 'field' || is === 'attribute' || is === 'ignored');
  if (target === undefined) return { note: `${keyMap.kind.name} has no field of this name` };
  if (target.is === 'attribute') return { attribute: target.name };
  if (target.is !== 'field') return { note: 'describes the row and measures nothing' };
  const { field, open } = target;
  // What is in brackets may be a unit that is not known here: nobody knows by which factor it is off.
  if (unit === undefined && bare !== name && keyMap.target(name).is !== 'field' && field.symbol !== '')
    return ask(
      column,
      `"${column}" says ${name.slice(bare.length).trim()}, which is not a known unit: name the unit of ${field.name}`,
      [`${field.name}:${field.symbol}`],
    );
  const siblings = (field.siblings ?? []).flatMap((each) => keyMap.fieldNamed(each) ?? []);
  if (open === 'medium') {
    const choices = [field, ...siblings].map((each) => each.name);
    return ask(column, `"${column}" does not name its medium: it may be ${choices.join(' or ')}`, choices);
  }
  if (unit !== undefined) {
    const meant = [field, ...siblings].find(
      (each) => unit === each.symbol || conversion(unit, each.unit) !== undefined,
    );
    if (meant !== undefined) return { field: meant, ...ownUnit(meant, unit), unitFrom: 'file' };
    return ask(
      column,
      `"${column}" is in ${unit}, but ${field.name} is in ${field.symbol || 'bare numbers'}: say which field it is, or leave it out`,
      [`${field.name}:${field.symbol}`],
    );
  }
  if (open === 'unit') {
    const verdicts = numbers.map((value) => judgeOpen(column, field, open, value, (each) => keyMap.fieldNamed(each)));
    const withheld = verdicts.filter(({ is }) => is === 'withheld');
    const first = withheld[0];
    if (first?.is === 'withheld' && withheld.length > numbers.length * (1 - MOST))
      return ask(column, first.message.replace('; set its unit in the mapping, then replay', ''), [
        `${field.name}:${field.symbol}`,
        ...(field.openUnit?.units ?? []).map((each) => `${field.name}:${each}`),
        ...siblings.map((each) => each.name),
      ]);
  }
  if (field.symbol === '' || field.shape !== 'number') return { field };
  const [low, high] = field.physical;
  const outside = numbers.filter((value) => value < low || value > high);
  const other = siblings.find(({ physical: [from, to] }) => outside.every((value) => value >= from && value <= to));
  if (other !== undefined && outside.length > 0 && outside.length * 2 > numbers.length)
    return ask(
      column,
      `"${column}" names no unit: ${outside[0]} is beyond ${field.name} in ${field.symbol}, but may be ${other.name} in ${other.symbol}`,
      [field.name, other.name],
    );
  return { field, unitFrom: 'assumed', note: `no unit in the file: taken as ${field.symbol}` };
}

function ask(column: string, message: string, choices: readonly string[]): { readonly question: Question } {
  return { question: { about: column, option: 'columns', message, choices } };
}

/** Two columns of one field: a reading has one value of each. */
function twins(columns: readonly ProposedColumn[]): readonly Question[] {
  const byField = new Map<string, string[]>();
  for (const { field, column } of columns)
    if (field !== undefined) byField.set(field.name, [...(byField.get(field.name) ?? []), column]);
  return [...byField]
    .filter(([, headers]) => headers.length > 1)
    .map(([field, headers]) => ({
      about: headers.join(', '),
      option: 'columns' as const,
      message: `${headers.map((header) => `"${header}"`).join(' and ')} both mean ${field}: leave out all but one, or import each as a device of its own`,
      choices: headers.map((header) => `${header}=`),
    }));
}
