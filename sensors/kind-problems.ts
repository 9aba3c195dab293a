/** What is wrong with the definition of a kind, in words its author can act on. */
import { DaoyuError } from '../errors.ts';
import type { Field, Kind } from './kind.ts';
import { SUBPLATFORMS } from './subplatforms.ts';

export class KindInvalid extends DaoyuError {
  constructor(file: string, problems: readonly string[]) {
    super('KIND_INVALID', `sensor kind ${file}: ${problems.join('; ')}`);
  }
}

const SNAKE_CASE = /^[a-z][a-z0-9_]*$/;

export function problemsOf(kind: Kind, fileName: string): readonly string[] {
  const problems: string[] = [];
  const names = new Set(kind.fields.map((field) => field.name));
  if (kind.name !== fileName) problems.push(`its name is "${kind.name}" but must equal the file name "${fileName}"`);
  if (!(kind.subplatform in SUBPLATFORMS))
    problems.push(`subplatform "${kind.subplatform}" must be one of ${Object.keys(SUBPLATFORMS).join(', ')}`);
  if (!(kind.intervalMs > 0)) problems.push('intervalMs must be more than 0');
  if (names.size !== kind.fields.length) problems.push('two fields have the same name');
  for (const name of [...kind.primary, ...kind.panels.flatMap((panel) => panel.fields)]) {
    if (!names.has(name)) problems.push(`primary or panels name "${name}", which is no field of it`);
  }
  if (kind.primary.length === 0) problems.push('primary must name at least one field');
  const owners = new Map<string, string>();
  for (const field of kind.fields) {
    problems.push(...fieldProblems(field));
    for (const key of new Set(
      [field.name, ...(field.aliases ?? [])].map((each) => each.toLowerCase().replace(/[\s_-]/g, '')),
    )) {
      const owner = owners.get(key);
      if (owner !== undefined)
        problems.push(`"${key}" could mean ${owner} or ${field.name}; remove the alias from one`);
      owners.set(key, field.name);
    }
  }
  return problems;
}

function fieldProblems(field: Field): string[] {
  const problems: string[] = [];
  const [low, high] = field.physical;
  const say = (text: string) => problems.push(`field ${field.name}: ${text}`);
  if (!SNAKE_CASE.test(field.name)) say('its name must be snake_case');
  if (field.label.zh === '' || field.label.en === '') say('it needs a Chinese and an English label');
  if (field.unit === '') say('it needs a UCUM unit, "1" for a bare number');
  if (!(low < high)) say(`physical [${low}, ${high}] must rise`);
  if (!(field.resolution > 0)) say('resolution must be more than 0');
  if (
    field.normal !== undefined &&
    !(low <= field.normal[0] && field.normal[0] < field.normal[1] && field.normal[1] <= high)
  ) {
    say('normal must rise and lie inside physical');
  }
  if (field.clampFrom !== undefined && field.clampFrom >= low) say('clampFrom must lie below the physical minimum');
  if (field.shape !== 'number' && field.choices === undefined) say(`a ${field.shape} needs choices`);
  return problems;
}
