/** Finds the field of an incoming key for one device: first by its mapping, then by the kind's own names, then by aliases. */

import { isObject } from '../base/json.ts';
import type { Mapping, ValueMapping } from '../registry/mapping.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { foldKey } from '../sensors/kinds.ts';
import { derivedFieldsAt, type Elevation } from './derived-at.ts';
import { isMetadata } from './metadata.ts';
import { joinPath } from './path.ts';
import { pollKeys } from './polls.ts';
import { badMarkIn, isSingleValue, othersIn, unitIn, valueIn } from './value-object.ts';

/** What an alias leaves open. */
export type Open = 'medium' | 'unit';

export type Target =
  | {
      readonly is: 'field';
      readonly field: Field;
      readonly scale: number;
      readonly offset: number;
      /** Further rules of the mapping. */
      readonly rules?: ValueMapping;
      readonly open?: Open;
    }
  | { readonly is: 'attribute'; readonly name: string }
  /** Ignored by the mapping, or metadata of the message instead of a measurement. */
  | { readonly is: 'ignored'; readonly isMetadata?: true }
  | { readonly is: 'unknown' };

export interface KeyMap {
  readonly kind: Kind;
  readonly mapping: Mapping | undefined;
  /** `root`: path of the key in the message, if it was unwrapped. */
  target(key: string, root?: string): Target;
  /** Whether the mapping names something inside the value of this key. */
  isEntered(key: string, root?: string): boolean;
  fieldNamed(name: string): Field | undefined;
  /** Fields that can be computed from others. */
  readonly derived: readonly Field[];
}

/** Bounds the memory for devices that invent keys: further keys are looked up each time. */
const MAX_REMEMBERED_KEYS = 512;

const IGNORED: Target = { is: 'ignored' };
const METADATA: Target = { is: 'ignored', isMetadata: true };
const UNKNOWN: Target = { is: 'unknown' };

/** `elevation`: of the site, for formulas that depend on the air pressure. */
export function createKeyMap(kind: Kind, mapping: Mapping | undefined, elevation?: Elevation): KeyMap {
  const fields = new Map(kind.fields.map((field) => [field.name, field]));
  const folded = new Map<string, Field>();
  for (const field of kind.fields) {
    for (const alias of field.aliases ?? []) setOnce(folded, foldKey(alias), field);
  }
  for (const field of kind.fields) folded.set(foldKey(field.name), field);
  // Spreadsheets use the labels of the page as headers.
  for (const field of kind.fields) setOnce(folded, foldKey(field.label.zh), field);
  const open = openAliases(kind);
  const attributes = new Map((kind.attributes ?? []).map((name) => [foldKey(name), name]));
  const mapped = new Map([...Object.entries(mapping?.keys ?? {}), ...pollKeys(mapping)]);
  const entered = enteredPaths([...mapped.keys(), mapping?.time?.key ?? '']);
  const hasIgnored = [...mapped.values()].includes(null);
  const remembered = new Map<string, Target>();

  function findMapped(path: string): Target | undefined {
    const own = mapped.get(path);
    if (own === null || (path !== '' && path === mapping?.time?.key)) return IGNORED;
    if (own === undefined) return hasIgnored && isBelowIgnored(path) ? IGNORED : undefined;
    const { field: name, scale = 1, offset = 0, ...rules } = typeof own === 'string' ? { field: own } : own;
    const field = fields.get(name);
    if (field === undefined) return UNKNOWN;
    return { is: 'field', field, scale, offset, ...(Object.keys(rules).length > 0 && { rules }) };
  }

  /** Whether the value is inside a container that the mapping ignores. */
  function isBelowIgnored(path: string): boolean {
    for (let end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1)) {
      if (mapped.get(path.slice(0, end)) === null) return true;
    }
    return false;
  }

  function find(key: string, root: string | undefined): Target {
    const own = findMapped(key) ?? (root === undefined ? undefined : findMapped(joinPath(root, key)));
    if (own !== undefined) return own;
    const fold = foldKey(key);
    const exact = fields.get(key);
    const field = exact ?? folded.get(fold);
    if (field !== undefined) {
      const left = exact === undefined ? open.get(fold) : undefined;
      return { is: 'field', field, scale: 1, offset: 0, ...(left !== undefined && { open: left }) };
    }
    const attribute = attributes.get(fold);
    if (attribute !== undefined) return { is: 'attribute', name: attribute };
    return isMetadata(key) ? METADATA : UNKNOWN;
  }

  return {
    kind,
    mapping,
    fieldNamed: (name) => fields.get(name),
    derived: derivedFieldsAt(kind.fields, elevation),
    isEntered: (key, root) => entered.has(key) || (root !== undefined && entered.has(joinPath(root, key))),
    target(key, root) {
      const place = root === undefined ? key : `${root}\n${key}`;
      const known = remembered.get(place);
      if (known !== undefined) return known;
      const target = find(key, root);
      if (remembered.size < MAX_REMEMBERED_KEYS) remembered.set(place, target);
      return target;
    },
  };
}

function openAliases({ fields }: Kind): ReadonlyMap<string, Open> {
  const open = new Map<string, Open>();
  for (const { openMedium = [], openUnit } of fields) {
    for (const alias of openUnit?.aliases ?? []) open.set(foldKey(alias), 'unit');
    for (const alias of openMedium) open.set(foldKey(alias), 'medium');
  }
  return open;
}

/** All parents of the paths in the mapping: `data` and `data.list` of `data.list[0].x`. */
function enteredPaths(keys: readonly string[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const key of keys) {
    for (let end = 1; end < key.length; end++) {
      const character = key.charAt(end);
      if (character === '.' || character === '[') paths.add(key.slice(0, end));
    }
  }
  return paths;
}

function setOnce(map: Map<string, Field>, key: string, field: Field): void {
  if (!map.has(key)) map.set(key, field);
}

/** Receives one value of a reading and its path. */
export type ValueCall = (
  key: string,
  value: unknown,
  target: Target,
  unit: string | undefined,
  /** How the device itself marks the value as bad. */
  mark?: string,
) => void;

/** Calls `call` for each value; `{value: …, unit: …}` counts as one value. Recursive: parsing has bounded the depth. */
export function eachValue(
  object: Readonly<Record<string, unknown>>,
  keyMap: Pick<KeyMap, 'target' | 'isEntered'>,
  call: ValueCall,
  root?: string,
  prefix = '',
): void {
  for (const name of Object.keys(object)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    each(key, object[name], keyMap, call, root);
  }
}

function each(
  key: string,
  value: unknown,
  keyMap: Pick<KeyMap, 'target' | 'isEntered'>,
  call: ValueCall,
  root: string | undefined,
): void {
  const target = keyMap.target(key, root);
  if (typeof value !== 'object' || value === null) return call(key, value, target, undefined);
  // Metadata are plain values; a list or container of that name holds measurements.
  const found: Target = target.is === 'ignored' && target.isMetadata === true ? UNKNOWN : target;
  if (found.is === 'ignored') return call(key, value, found, undefined);
  if (Array.isArray(value)) {
    if (found.is === 'field' || !keyMap.isEntered(key, root)) return call(key, value, found, undefined);
    for (const [index, element] of value.entries()) each(`${key}[${index}]`, element, keyMap, call, root);
    return;
  }
  if (!isObject(value)) return call(key, value, found, undefined);
  if (!isSingleValue(value) || keyMap.isEntered(key, root)) return eachValue(value, keyMap, call, root, key);
  call(key, valueIn(value), target, unitIn(value), badMarkIn(value));
  for (const other of othersIn(value)) each(`${key}.${other}`, value[other], keyMap, call, root);
}
