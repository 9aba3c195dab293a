/** Proposes mapping entries for unknown keys of a message and for keys whose values are out of range. */
import type { KeyMapping } from '../registry/mapping.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import { conversion } from '../sensors/units.ts';
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
  { fieldNamed, kind }: KeyMap,
  names: KeyMap,
): readonly Proposal[] {
  if (target.is === 'unknown') return unknownKey(path, key, unit, names, kind);
  if (target.is !== 'field') return [];
  const { field, scale, offset, rules } = target;
  if (target.open !== undefined && unit === undefined) return openKey(path, field, fieldNamed);
  if (typeof given !== 'number' || field.shape !== 'number') return [];
  const scaling = { scale, offset, as: rules?.as, order: rules?.order, unit: unit ?? rules?.unit };
  const value = scaled(given, scaling, field.unit);
  if (value === undefined || (value >= field.physical[0] && value <= field.physical[1])) return [];
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
    if (target.open !== undefined) return openKey(path, target.field, names.fieldNamed);
    const declared = unit !== undefined && conversion(unit, target.field.unit) !== undefined ? { unit } : {};
    return [
      {
        key: path,
        target: { field: target.field.name, ...declared },
        because: `${last} is a name of ${target.field.name}`,
      },
    ];
  }
  if (unit === undefined) return [];
  const fitting = kind.fields.filter((field) => field.shape === 'number' && conversion(unit, field.unit) !== undefined);
  return fitting.slice(0, 3).map((field) => ({
    key: path,
    target: { field: field.name, unit },
    because: `${field.name} is measured in ${field.symbol || field.unit}`,
  }));
}

function openKey(path: string, field: Field, fieldNamed: KeyMap['fieldNamed']): readonly Proposal[] {
  const others = (field.siblings ?? []).flatMap((name) => fieldNamed(name) ?? []);
  return [
    ...[field, ...others].map(({ name, symbol }) => ({
      key: path,
      target: { field: name },
      because: `it may be ${name} in ${symbol}`,
    })),
    ...(field.openUnit?.units ?? []).map((unit) => ({
      key: path,
      target: { field: field.name, unit },
      because: `it may be ${field.name} in ${unit}`,
    })),
  ];
}
