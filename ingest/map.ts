/** Which field an incoming key means for one device: its mapping first, then the kind's own names, then the aliases. */

import { isObject } from '../base/json.ts';
import type { Mapping } from '../registry/registry.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { foldKey } from '../sensors/kinds.ts';
import { TIME_KEYS } from './decode.ts';

export type Target =
  | { readonly is: 'field'; readonly field: Field; readonly scale: number; readonly offset: number }
  | { readonly is: 'attribute'; readonly name: string }
  /** Knowingly left out: the mapping says so, or it describes the message and measures nothing. */
  | { readonly is: 'ignored' }
  | { readonly is: 'unknown' };

export interface KeyMap {
  readonly kind: Kind;
  readonly mapping: Mapping | undefined;
  target(key: string): Target;
  fieldNamed(name: string): Field | undefined;
  /** Fields that may be worked out of others. */
  readonly derived: readonly Field[];
}

/** What vendors' messages say of themselves; accepted without a word. */
const METADATA = new Set(
  [
    ...TIME_KEYS,
    ...['age', 'seq', 'id', 'version', 'method', 'params', 'sys', 'ack', 'token', 'batch', 'msg_id', 'message_id'],
    ...['device', 'device_id', 'device_name', 'dev_id', 'product_key', 'identity', 'client_id', 'node_id', 'kind'],
    ...['type', 'model', 'park', 'site', 'sn', 'serial', 'serial_number', 'mac', 'firmware', 'fw', 'hw', 'hardware'],
    ...['firmware_version', 'iccid', 'imei', 'imsi', 'ip', 'uptime', 'entry_id', 'created_at', 'unit', 'units'],
  ].map(foldKey),
);

/** Devices that invent keys must not grow our memory: beyond this many, keys are looked up anew each time. */
const MAX_REMEMBERED_KEYS = 512;

const IGNORED: Target = { is: 'ignored' };
const UNKNOWN: Target = { is: 'unknown' };

export function createKeyMap(kind: Kind, mapping: Mapping | undefined): KeyMap {
  const fields = new Map(kind.fields.map((field) => [field.name, field]));
  const folded = new Map<string, Field>();
  for (const field of kind.fields) {
    for (const alias of field.aliases ?? []) setOnce(folded, foldKey(alias), field);
  }
  for (const field of kind.fields) folded.set(foldKey(field.name), field);
  const attributes = new Map((kind.attributes ?? []).map((name) => [foldKey(name), name]));
  const mapped = new Map(Object.entries(mapping?.keys ?? {}));
  const remembered = new Map<string, Target>();

  function find(key: string): Target {
    const own = mapped.get(key);
    if (own === null) return IGNORED;
    if (own !== undefined) {
      const { field: name, scale = 1, offset = 0 } = typeof own === 'string' ? { field: own } : own;
      const field = fields.get(name);
      return field === undefined ? UNKNOWN : { is: 'field', field, scale, offset };
    }
    const fold = foldKey(key);
    const field = fields.get(key) ?? folded.get(fold);
    if (field !== undefined) return { is: 'field', field, scale: 1, offset: 0 };
    const attribute = attributes.get(fold);
    if (attribute !== undefined) return { is: 'attribute', name: attribute };
    return METADATA.has(fold) ? IGNORED : UNKNOWN;
  }

  return {
    kind,
    mapping,
    fieldNamed: (name) => fields.get(name),
    derived: kind.fields.filter((field) => field.derived !== undefined),
    target(key) {
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const target = find(key);
      if (remembered.size < MAX_REMEMBERED_KEYS) remembered.set(key, target);
      return target;
    },
  };
}

function setOnce(map: Map<string, Field>, key: string, field: Field): void {
  if (!map.has(key)) map.set(key, field);
}

/** Calls for each value with its key, dots for nesting; `{value: …}` is what it holds. The depth was bounded on parsing. */
export function eachValue(
  object: Readonly<Record<string, unknown>>,
  target: (key: string) => Target,
  call: (key: string, value: unknown, target: Target) => void,
  prefix = '',
): void {
  for (const name of Object.keys(object)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const value = object[name];
    const found = target(key);
    if (!isObject(value) || found.is === 'ignored') call(key, value, found);
    else if ('value' in value) call(key, value.value, found);
    else eachValue(value, target, call, key);
  }
}
