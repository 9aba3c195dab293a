/** Proposes mapping entries for unknown keys of a message and for keys whose values are out of range. */
import type { KeyMapping } from '../registry/mapping.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { isSentinel } from '../sensors/sentinel.ts';
import { conversion, isUnit } from '../sensors/units.ts';
import { remediesFor } from './advice.ts';
import type { RawReading } from './decode.ts';
import { createKeyMap, eachValue, type KeyMap, type Target } from './map.ts';
import { joinPath } from './path.ts';
import { scaled } from './scaling.ts';

export interface Proposal {
  /** Key of an entry in `keys` of the mapping. */
  readonly key: string;
  readonly target: KeyMapping;
  readonly because: string;
}

const MAX_PROPOSALS = 40;

export function proposalsFor(raws: readonly RawReading[], keyMap: KeyMap): readonly Proposal[] {
  const proposals = new Map<string, Proposal>();
  const names = createKeyMap(keyMap.kind, undefined);
  for (const { values, root } of raws) {
    eachValue(
      values,
      keyMap,
      (key, given, target, unit) => {
        const path = root === undefined || root === 'topic' ? key : joinPath(root, key);
        for (const proposal of proposalsOf(path, key, given, target, unit, keyMap, names)) {
          if (proposals.size < MAX_PROPOSALS) proposals.set(JSON.stringify([proposal.key, proposal.target]), proposal);
        }
      },
      root,
    );
  }
  return [...proposals.values()];
}

function proposalsOf(
  path: string,
  key: string,
  given: unknown,
  target: Target,
  unit: string | undefined,
  { fieldNamed, kind, mapping }: KeyMap,
  names: KeyMap,
): readonly Proposal[] {
  if (target.is === 'unknown') return unknownKey(path, key, given, unit, names, kind);
  if (target.is !== 'field') return [];
  const { field, scale, offset, rules } = target;
  if (target.open !== undefined && unit === undefined) return openKey(path, field, fieldNamed, given);
  if (typeof given !== 'number' || field.shape !== 'number') return [];
  const scaling = { scale, offset, as: rules?.as, order: rules?.order, unit: unit ?? rules?.unit };
  const value = scaled(given, scaling, field.unit);
  if (value === undefined || (value >= field.physical[0] && value <= field.physical[1])) return [];
  // A constant of a broken probe becomes a measurement by no mapping.
  if (isSentinel(field, given, value, mapping?.sentinels)) return [];
  return remediesFor(field, given, { scaling, fieldNamed }).flatMap(({ change, text }) =>
    change === undefined
      ? []
      : [
          {
            key: path,
            target: {
              field: field.name,
              ...(scale !== 1 && { scale }),
              ...(offset !== 0 && { offset }),
              ...rules,
              ...change,
            },
            because: text,
          },
        ],
  );
}

/** Proposes by the last part of the path, which is often a known name; otherwise by the unit. */
function unknownKey(
  path: string,
  key: string,
  given: unknown,
  unit: string | undefined,
  names: KeyMap,
  kind: Kind,
): readonly Proposal[] {
  const last =
    key
      .split('.')
      .at(-1)
      ?.replace(/(?:\[\d*\]|#\d+)$/, '') ?? key;
  const target = names.target(last);
  if (target.is === 'field') {
    if (target.open !== undefined) return openKey(path, target.field, names.fieldNamed, given);
    const declared = unit !== undefined && conversion(unit, target.field.unit) !== undefined ? { unit } : {};
    return [
      {
        key: path,
        target: { field: target.field.name, ...declared },
        because: `${last} is a name of ${target.field.name}`,
      },
    ];
  }
  const suffixed = withUnitOfKey(path, last, names);
  if (suffixed !== undefined) return [suffixed];
  if (unit === undefined) return [];
  const fitting = kind.fields.filter((field) => field.shape === 'number' && conversion(unit, field.unit) !== undefined);
  return fitting.slice(0, 3).map((field) => ({
    key: path,
    target: { field: field.name, unit },
    because: `${field.name} is measured in ${field.symbol || field.unit}`,
  }));
}

/** `water_temp_f`, `depth(cm)`, `battery_mV`: the key says the unit itself. */
function withUnitOfKey(path: string, key: string, names: KeyMap): Proposal | undefined {
  const [, name = '', unit = ''] = /^(.{1,60}?)[\s_(（[-]+([^\s_()（）[\]]{1,12})[)）\]]?$/.exec(key) ?? [];
  const target = isUnit(unit) ? names.target(name) : undefined;
  if (target?.is !== 'field') return undefined;
  const siblings = (target.field.siblings ?? []).flatMap((each) => names.fieldNamed(each) ?? []);
  const field = [target.field, ...siblings].find((each) => conversion(unit, each.unit) !== undefined);
  if (field === undefined || target.open === 'medium') return undefined;
  return { key: path, target: { field: field.name, unit }, because: `${name} in ${unit} is ${field.name}` };
}

function openKey(path: string, field: Field, fieldNamed: KeyMap['fieldNamed'], given?: unknown): readonly Proposal[] {
  const others = (field.siblings ?? []).flatMap((name) => fieldNamed(name) ?? []);
  const meanings: readonly (readonly [field: Field, unit?: string])[] = [
    ...[field, ...others].map((each) => [each] as const),
    ...(field.openUnit?.units ?? []).map((unit) => [field, unit] as const),
    ...others.filter(({ unit }) => unit === 'V').map((each) => [each, 'mV'] as const),
  ];
  return meanings
    .filter(([meant, unit]) => isUsual(meant, given, unit))
    .map(([{ name, symbol }, unit]) => ({
      key: path,
      target: { field: name, ...(unit !== undefined && { unit }) },
      because: `it may be ${name} in ${unit ?? symbol}`,
    }));
}

/** Whether the value would be a usual one; of what is no number nobody knows. */
function isUsual({ unit: own, normal, physical }: Field, given: unknown, unit: string | undefined): boolean {
  if (typeof given !== 'number') return true;
  const value = scaled(given, { scale: 1, offset: 0, unit }, own);
  const [low, high] = normal ?? physical;
  return value !== undefined && value >= low && value <= high;
}
