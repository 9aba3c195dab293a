/** Checks the definition of a kind and reports problems in words its author can act on. */
import { DaoyuError } from '../base/errors.ts';
import { foldKey } from './fold-key.ts';
import type { Field, Kind } from './kind.ts';
import { SUBPLATFORMS } from './subplatforms.ts';

export class KindInvalid extends DaoyuError {
  constructor(file: string, problems: readonly string[], options?: ErrorOptions) {
    super('KIND_INVALID', `sensor kind ${file}: ${problems.join('; ')}`, options);
  }
}

/** Whether it has the members that the checks read; a definition may be plain JavaScript, so its type is not trusted. */
export function isShapedLikeKind(given: unknown): given is Kind {
  if (typeof given !== 'object' || given === null) return false;
  const { name, label, fields, primary, panels } = given as Partial<Record<keyof Kind, unknown>>;
  const isField = (field: Partial<Field> | null) =>
    typeof field?.name === 'string' && typeof field.label === 'object' && Array.isArray(field.physical);
  return (
    typeof name === 'string' &&
    typeof label === 'object' &&
    Array.isArray(fields) &&
    fields.every(isField) &&
    Array.isArray(primary) &&
    Array.isArray(panels)
  );
}

/** Kinds are measurements in the store, and so are the platform's own metrics. */
const RESERVED = 'daoyu_';
const SNAKE_CASE = /^[a-z][a-z0-9_]*$/;

/** Empty when it is right. */
export function problemsOf(kind: Kind, fileName: string): readonly string[] {
  const problems: string[] = [];
  const names = kind.fields.map((field) => field.name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (kind.name !== fileName) problems.push(`its name is "${kind.name}" but must equal the file name "${fileName}"`);
  if (!SNAKE_CASE.test(kind.name)) problems.push(`its name "${kind.name}" must be snake_case`);
  if (kind.name.startsWith(RESERVED))
    problems.push(`its name must not begin with "${RESERVED}", which is reserved for the platform's own metrics`);
  if (!isLabel(kind.label)) problems.push('it needs a Chinese and an English label');
  if (!(kind.subplatform in SUBPLATFORMS))
    problems.push(`subplatform "${kind.subplatform}" must be one of ${Object.keys(SUBPLATFORMS).join(', ')}`);
  if (!(kind.intervalMs > 0)) problems.push('intervalMs must be more than 0');
  for (const name of new Set(twice)) problems.push(`field ${name}: is defined twice; define each field once`);
  if (kind.primary.length === 0) problems.push('primary must name at least one field');
  for (const name of kind.primary) {
    if (!names.includes(name)) problems.push(`primary names "${name}", which is not one of its fields`);
  }
  for (const { title, fields } of kind.panels) {
    if (!isLabel(title)) problems.push('each panel needs a Chinese and an English title');
    if (fields.length === 0) problems.push(`panel ${title.en} must name at least one field`);
    for (const name of fields) {
      if (!names.includes(name)) problems.push(`panel ${title.en} names "${name}", which is not one of its fields`);
    }
  }
  for (const name of kind.attributes ?? []) {
    if (!SNAKE_CASE.test(name)) problems.push(`attribute "${name}" must be snake_case`);
    if (names.includes(name)) problems.push(`attribute "${name}" is also a field; it can be only one of the two`);
  }
  for (const { name, derived } of kind.fields) {
    const unknown = derived?.from.filter((input) => input === name || !names.includes(input)) ?? [];
    for (const input of unknown)
      problems.push(`field ${name}: is derived from "${input}", which is not another of its fields`);
  }
  return [...problems, ...kind.fields.flatMap(problemsOfField), ...ambiguities(kind)];
}

function problemsOfField(field: Field): readonly string[] {
  const problems: string[] = [];
  const { normal, clampFrom, maxStep, stuckAfterMinutes } = field;
  const [low, high] = field.physical;
  const say = (text: string) => problems.push(`field ${field.name}: ${text}`);
  if (!SNAKE_CASE.test(field.name)) say('its name must be snake_case');
  if (!isLabel(field.label)) say('it needs a Chinese and an English label');
  if (!field.unit) say('it needs a UCUM unit, "1" for a bare number');
  if (typeof field.symbol !== 'string') say('it needs a symbol, the unit as people write it; "" for a bare number');
  if (!(low < high)) say(`physical [${low}, ${high}] must rise`);
  if (normal !== undefined && !(low <= normal[0] && normal[0] < normal[1] && normal[1] <= high))
    say(`normal [${normal.join(', ')}] must rise and lie inside physical [${low}, ${high}]`);
  if (!(field.resolution > 0)) say('resolution must be more than 0');
  if (!Number.isInteger(field.decimals) || field.decimals < 0) say('decimals must be a whole number of 0 or more');
  if (clampFrom !== undefined && !(clampFrom < low)) say(`clampFrom must lie below the physical minimum ${low}`);
  if (maxStep !== undefined && !(maxStep > 0)) say('maxStep must be more than 0');
  if (stuckAfterMinutes !== undefined && !(stuckAfterMinutes > 0)) say('stuckAfterMinutes must be positive');
  if (field.shape === 'enum' && Object.keys(field.choices ?? {}).length < 2) say('an enum needs at least two choices');
  return problems;
}

/** A device's value under an alias that two fields share would go to either of them at random. */
function* ambiguities({ fields }: Kind): Generator<string> {
  const owners = new Map<string, string>();
  for (const { name, aliases = [] } of fields) {
    for (const key of new Set([name, ...aliases].map(foldKey))) {
      const owner = owners.get(key);
      if (owner !== undefined && owner !== name)
        yield `field ${name}: "${key}" could also mean ${owner}; remove the alias from one of them`;
      owners.set(key, name);
    }
  }
}

function isLabel(label: Partial<Kind['label']> | undefined): boolean {
  return Boolean(label?.zh?.trim()) && Boolean(label?.en?.trim());
}
