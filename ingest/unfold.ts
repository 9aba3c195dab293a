/** Splits a draft with several times of measurement: beside a value, in a container, or in a list of older readings. */
import { isObject, type JsonObject } from '../base/json.ts';
import type { Mapping } from '../registry/mapping.ts';
import { foldKey } from '../sensors/kinds.ts';
import type { Draft } from './decoders/decoder.ts';
import { isMetadata } from './metadata.ts';
import { joinPath, valueAt } from './path.ts';
import { ageOf, timeKeyBesideValue, timeKeyInContainer, timeOf } from './time-keys.ts';
import { isSingleValue, valueIn } from './value-object.ts';

/** Names of lists that hold a backlog; their elements count as readings if each has a time. */
const BACKLOGS = new Set(
  [
    'history',
    'histories',
    'batch',
    'backlog',
    'buffer',
    'records',
    'readings',
    'samples',
    'points',
    'logs',
    'list',
  ].concat(['data', 'datas', 'items', 'measurements', 'entries', 'rows']),
);

/** When their contents were measured says nothing of the rest: a fix may be hours old, a firmware of last year. */
const APART = new Set(
  [
    'gps',
    'gnss',
    'fix',
    'location',
    'loc',
    'position',
    'pos',
    'network',
    'net',
    'wifi',
    'modem',
    'radio',
    'system',
    'sys',
  ]
    .concat(['firmware', 'fw', 'ota', 'calibration', 'cal', 'config', 'settings'])
    .map(foldKey),
);

export const isBacklogName = (key: string): boolean => BACKLOGS.has(foldKey(key));

export function unfold(draft: Draft, mapping: Mapping | undefined): readonly Draft[] {
  if (!isNested(draft.values)) return [draft];
  const older: Draft[] = [];
  const apart = new Set<unknown>();
  const parts = new Map<unknown, Map<string, unknown>>();
  let isTakenApart = false;

  function put(key: string, value: unknown, time: unknown): void {
    const part = parts.get(time) ?? new Map<string, unknown>();
    parts.set(time, part.set(key, value));
  }

  function visit(object: JsonObject, prefix: string, time: unknown, consumed?: string): void {
    for (const name of Object.keys(object)) {
      if (name === consumed) continue;
      const value = object[name];
      const key = joinPath(prefix, name);
      if (Array.isArray(value) && isBacklog(value, key, name, draft.root, mapping)) {
        isTakenApart = true;
        for (const element of value as JsonObject[])
          older.push(...unfold(elementOf(element, key, draft, mapping), mapping));
      } else if (!isObject(value) || isIgnored(key, draft.root, mapping)) put(key, value, time);
      else if (isSingleValue(value)) {
        const timeKey = timeKeyBesideValue(value);
        if (timeKey === undefined) put(key, value, time);
        else {
          isTakenApart = true;
          const { [timeKey]: own, ...rest } = value;
          // Alone, `{v: 6.4}` counts as a container.
          put(key, Object.keys(rest).length === 1 ? valueIn(value) : rest, own);
        }
      } else {
        const timeKey = timeKeyInContainer(value);
        if (timeKey !== undefined) isTakenApart = true;
        if (timeKey !== undefined && APART.has(foldKey(name))) apart.add(value[timeKey]);
        visit(value, key, timeKey === undefined ? time : value[timeKey], timeKey);
      }
    }
  }

  visit(draft.values, '', undefined);
  if (!isTakenApart) return [draft];
  const own = parts.get(undefined);
  parts.delete(undefined);
  const { time, seq, age } = draft;
  const others = [...parts].map(([at, values]) => ({
    ...draft,
    time: at,
    age: undefined,
    values: Object.fromEntries(values),
  }));
  if (own === undefined || !hasValues(own)) return [...older, ...others];
  const [only] = others;
  // If the message has no time of its own, the inner one applies to all values.
  const isOfAll = only !== undefined && others.length === 1 && !apart.has(only.time);
  if (isOfAll && time === undefined && age === undefined) {
    return [...older, { ...only, values: { ...Object.fromEntries(own), ...only.values } }];
  }
  const isSame = ({ time: at }: Draft) => time !== undefined && String(at) === String(time);
  const same = others.filter(isSame).map(({ values }) => values);
  const values = Object.assign(Object.fromEntries(own), ...same) as JsonObject;
  return [...older, ...others.filter((other) => !isSame(other)), { ...draft, time, seq, age, values }];
}

function isNested(values: JsonObject): boolean {
  for (const key of Object.keys(values)) if (typeof values[key] === 'object' && values[key] !== null) return true;
  return false;
}

/** Whether anything besides times and sequence numbers is left. */
function hasValues(own: ReadonlyMap<string, unknown>): boolean {
  for (const key of own.keys()) if (!isMetadata(key)) return true;
  return false;
}

function elementOf(element: JsonObject, key: string, draft: Draft, mapping: Mapping | undefined): Draft {
  const { refusal, envelope: _, ...rest } = draft;
  const root = joinPath(draft.root, `${key}[]`);
  return {
    ...rest,
    ...(refusal !== undefined && { refusal }),
    time: timeOfElement(element, [root, `${key}[]`], mapping),
    age: ageOf(element),
    seq: element.seq,
    values: element,
    root,
  };
}

/** The key in the mapping is a path from the message (`history[].t`) or from the element (`t`). */
function timeOfElement(element: JsonObject, roots: readonly string[], mapping: Mapping | undefined): unknown {
  const key = mapping?.time?.key;
  if (key === undefined) return timeOf(element);
  const root = roots.find((each) => key.startsWith(`${each}.`));
  return valueAt(element, root === undefined ? key : key.slice(root.length + 1)) ?? timeOf(element);
}

function isBacklog(
  list: readonly unknown[],
  key: string,
  name: string,
  root: string | undefined,
  mapping: Mapping | undefined,
): list is readonly JsonObject[] {
  if (list.length === 0 || !list.every(isObject)) return false;
  const paths = root === undefined ? [key] : [key, joinPath(root, key)];
  if (paths.some((path) => isNamed(path, mapping))) return true;
  if (isIgnored(key, root, mapping)) return false;
  return (
    isBacklogName(name) &&
    list.every(
      (element) => timeOf(element as JsonObject) !== undefined || typeof ageOf(element as JsonObject) === 'number',
    )
  );
}

function isNamed(path: string, mapping: Mapping | undefined): boolean {
  if (mapping?.lists?.includes(path)) return true;
  return Object.keys(mapping?.keys ?? {}).some((key) => key.startsWith(`${path}[]`));
}

function isIgnored(key: string, root: string | undefined, mapping: Mapping | undefined): boolean {
  const keys = mapping?.keys;
  return keys?.[key] === null || (root !== undefined && keys?.[joinPath(root, key)] === null);
}
