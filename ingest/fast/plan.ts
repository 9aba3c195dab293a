/** What a device's plain telemetry means, worked out once: which key is which field, what is good, and every text of the canonical reading that does not change. */
import type { Mapping } from '../../registry/mapping.ts';
import type { Flag } from '../../sensors/flag.ts';
import type { Field } from '../../sensors/kind.ts';
import { decodeValue } from '../decode.ts';
import { createRounding } from '../derive.ts';
import { type DeviceMemory, noteKey } from '../device-memory.ts';
import type { KeyMap } from '../map.ts';
import { createOpenJudge } from '../open-alias.ts';
import type { Watch } from '../quality-checks.ts';
import { validate } from '../validate.ts';

/** A key as devices of this registration may send it. */
export interface PlanKey {
  /** With the closing quote, so that comparing them finds its end. */
  readonly bytes: Uint8Array;
  /** `aside`: its value belongs to no field, and is kept in quarantine. */
  readonly is: 'time' | 'seq' | 'field' | 'aside';
  readonly field: Field | undefined;
  /** Where the value decides what the key means: gives the key as which it is taken. Each of those has it too. */
  readonly choose?: (raw: number) => PlanKey;
  /** The key of which this is one meaning. */
  readonly meaningOf?: PlanKey;
  /** What must have been reported to the device before: the long way does that. */
  readonly reported?: string;
  /** Of a value kept aside. */
  readonly because?: Because;
  /** The number as it was sent, when it is good; undefined: the long way decides. */
  readonly judge: (raw: number) => number | undefined;
  /** A good number is kept as it was sent, so its digits are, too. */
  readonly isPlain: boolean;
  /** Of the reading it was last seen in: twice in one is for the long way. */
  seenIn: number;
}

export interface Because {
  readonly key: string;
  readonly code: 'FIELD_UNKNOWN' | 'FIELD_AMBIGUOUS';
  readonly messageOf?: (raw: number) => string;
}

/** A field that is worked out of others of the reading. */
export interface Derivation {
  readonly field: Field;
  /** Of the values of the layout's fields. */
  readonly of: (values: readonly number[]) => number;
  readonly round: (value: number) => number;
}

/** Readings with the same keys in the same order. */
export interface Layout {
  readonly keys: readonly PlanKey[];
  /** Fields in the order of the keys. */
  readonly fields: readonly Field[];
  readonly derivations: readonly Derivation[];
  /** Two of the keys mean one field. */
  readonly isTwofold: boolean;
  /** Of the fields, then of the derivations. */
  readonly names: readonly string[];
  /** `"name":` of each of them, from the second on with a comma before; ASCII. */
  readonly texts: readonly Uint8Array[];
  /** The most bytes that its values take with their names. */
  readonly mostBytes: number;
  /** By the flags of its time, when those are all there is to say. */
  readonly doubtful: Map<readonly Flag[], DoubtfulLayout>;
  /** A device has one memory, as long as it is not forgotten. */
  watched: { readonly memory: DeviceMemory; readonly watches: readonly (Watch | undefined)[] } | undefined;
}

export interface DoubtfulLayout {
  readonly flags: Readonly<Record<string, readonly Flag[]>>;
  readonly text: string;
}

export interface Plan {
  /** `{"park":…,"time":`; ASCII. */
  readonly head: Uint8Array;
  readonly keyNamed: (name: string) => PlanKey | undefined;
  readonly layoutOf: (keys: readonly PlanKey[]) => Layout;
  /** That of the last reading: devices repeat themselves. */
  expected: Layout | undefined;
  /** Of the reading that is being scanned. */
  scan: number;
}

export interface PlanOptions {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  readonly keyMap: KeyMap;
}

/** Parts of a mapping that are understood here. One that has others is for the long way. */
const UNDERSTOOD: ReadonlySet<string> = new Set<keyof Mapping>([
  ...(['keys', 'envelope', 'acceptStrings', 'sentinels', 'utcOffsetMinutes'] as const),
]);
/** Beyond it keys are no longer remembered, and what has them goes the long way. */
const MAX_KEYS = 128;
const MAX_LAYOUTS = 16;
const ASCII = /^[\x20-\x7e]*$/;
/** Such keys come first when a JSON object is gone through, whatever their place in the text. */
const ARRAY_INDEX = /^\d+$/;

/** Undefined where everything of the device has to go the long way. */
export function createPlan({ keyMap, park, site, device, kind }: PlanOptions): Plan | undefined {
  const { mapping } = keyMap;
  if (mapping !== undefined && !Object.keys(mapping).every((part) => UNDERSTOOD.has(part))) return undefined;
  const { envelope = 'auto' } = mapping ?? {};
  if (envelope !== 'auto' && envelope !== 'none') return undefined;
  const head = JSON.stringify({ park, site, device, kind, time: 0 }).slice(0, -2);
  if (!ASCII.test(head)) return undefined;
  const headBytes = Buffer.from(head, 'latin1');
  const known = new Map<string, PlanKey | undefined>();
  const layouts: Layout[] = [];

  function keyNamed(name: string): PlanKey | undefined {
    if (known.has(name)) return known.get(name);
    const key = createKey(name, keyMap);
    if (known.size < MAX_KEYS) known.set(name, key);
    return key;
  }

  function layoutOf(keys: readonly PlanKey[]): Layout {
    const same = layouts.find((layout) => isSame(layout.keys, keys));
    if (same !== undefined) return same;
    const layout = createLayout(keys, keyMap.derived);
    layouts.unshift(layout);
    if (layouts.length > MAX_LAYOUTS) layouts.pop();
    return layout;
  }

  return { head: headBytes, keyNamed, layoutOf, expected: undefined, scan: 0 };
}

function isSame(a: readonly PlanKey[], b: readonly PlanKey[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

function createKey(name: string, keyMap: KeyMap): PlanKey | undefined {
  const { target: targetOf, mapping } = keyMap;
  if (ARRAY_INDEX.test(name) || !ASCII.test(name)) return undefined;
  const target = targetOf(name);
  const common = { bytes: Buffer.from(`${name}"`), isPlain: true, seenIn: 0 };
  if ((name === 'time' || name === 'seq') && target.is === 'ignored') {
    return { ...common, is: name, field: undefined, judge: (raw) => raw };
  }
  if (target.is === 'unknown' && isOrdinary(name, mapping)) return asideKey(name, { key: name, code: 'FIELD_UNKNOWN' });
  if (target.is !== 'field' || !ASCII.test(target.field.name)) return undefined;
  // A register or a counter is for the long way.
  if (target.rules !== undefined) return undefined;
  const { field, scale, offset, open } = target;
  const rules = { scale, offset, sentinels: mapping?.sentinels, acceptStrings: false };
  const isPlain = scale === 1 && offset === 0;
  const judge = isPlain ? judgePlain(field, rules) : judgeAny(field, rules);
  // A position of zeros is what a receiver without a fix sends.
  const isCoordinate = field.name === 'latitude' || field.name === 'longitude';
  const key: PlanKey = {
    ...common,
    ...{ is: 'field', field, isPlain, judge: isCoordinate ? (raw) => judge(raw) || undefined : judge },
  };
  return open === undefined ? key : openKey(name, key, createOpenJudge(name, field, open, keyMap.fieldNamed));
}

function asideKey(name: string, because: Because): PlanKey {
  const bytes = Buffer.from(`${name}"`);
  return {
    bytes,
    is: 'aside',
    field: undefined,
    isPlain: true,
    judge: (raw) => raw,
    seenIn: 0,
    reported: name,
    because,
  };
}

/** A key that leaves its unit or medium open: by its value it is the field, the field with a doubt that was reported, or kept aside. */
function openKey(name: string, field: PlanKey, judge: ReturnType<typeof createOpenJudge>): PlanKey {
  const choose = (raw: number): PlanKey => {
    const verdict = judge(raw);
    if (verdict.is === 'withheld') return aside;
    return verdict.doubt === undefined ? plain : doubted;
  };
  const plain: PlanKey = { ...field, choose };
  const doubted: PlanKey = {
    ...{ ...plain, meaningOf: plain },
    reported: noteKey('FIELD_AMBIGUOUS', plain.field?.name ?? ''),
  };
  const messageOf = (raw: number) => {
    const verdict = judge(raw);
    return verdict.is === 'withheld' ? verdict.message : '';
  };
  const aside: PlanKey = {
    ...{ ...asideKey(name, { key: name, code: 'FIELD_AMBIGUOUS', messageOf }), choose, meaningOf: plain },
  };
  return plain;
}

/** Nothing that a format would make of a number under this key: its time, its sender, a number of its own. */
function isOrdinary(name: string, mapping: Mapping | undefined): boolean {
  // An object keeps it only when it is made in other ways.
  if (name === '__proto__') return false;
  const time = 1_700_000_000_000;
  const decoded = decodeValue({ time, [name]: 1 }, { mapping });
  const [raw] = decoded.ok && decoded.value.length === 1 ? decoded.value : [];
  if (raw === undefined || raw.refusal !== undefined || raw.time !== time || raw.values[name] !== 1) return false;
  return [raw.age, raw.seq, raw.root, raw.utcOffsetMinutes].every((part) => part === undefined);
}

type Rules = Parameters<typeof validate>[2];

const judgeAny = (field: Field, rules: Rules) => (raw: number) => {
  const verdict = validate(field, raw, rules);
  return verdict.is === 'good' ? verdict.value : undefined;
};

/** Constants of broken probes that stand for nothing in any field. */
const REGISTERS = [65_535, 32_767, -32_768];

/** Without an answer object a value where the range alone decides; else by `validate`. */
function judgePlain(field: Field, rules: Rules): (raw: number) => number | undefined {
  const [low, high] = field.physical;
  const isOutside = (value: number) => value < low || value > high;
  const isRangeEnough =
    field.shape === 'number' &&
    (rules.sentinels ?? []).every(isOutside) &&
    (field.sentinels ?? []).every(isOutside) &&
    REGISTERS.every(isOutside);
  if (!isRangeEnough) return field.shape === 'number' ? judgeAny(field, rules) : judgeChoice(field, rules);
  return (raw) => (raw >= low && raw <= high ? raw : undefined);
}

/** The few numbers that a switch or a choice may be. */
function judgeChoice(field: Field, rules: Rules): (raw: number) => number | undefined {
  const good = new Set(Object.keys(field.choices ?? { 0: 0, 1: 0 }).map(Number));
  for (const value of good) if (validate(field, value, rules).is !== 'good') good.delete(value);
  return (raw) => (good.has(raw) ? raw : undefined);
}

/** A number in JSON, at its longest: `-1.2345678901234567e-308`, or as many digits as a payload may hold of one that is kept as it was sent. */
const MOST_DIGITS = 26;

function createLayout(keys: readonly PlanKey[], derived: readonly Field[]): Layout {
  const fields = keys.flatMap(({ field }) => field ?? []);
  const places = new Map(fields.map(({ name }, index) => [name, index]));
  const worked = new Set<string>();
  const derivations = derived.flatMap((field): readonly Derivation[] => {
    const from = (field.derived?.from ?? []).map((name) => places.get(name) ?? -1);
    if (places.has(field.name) || from.includes(-1) || worked.has(field.name)) return [];
    worked.add(field.name);
    return [{ field, of: formulaOf(field, from), round: createRounding(field) }];
  });
  const names = [...fields, ...derivations.map(({ field }) => field)].map(({ name }) => name);
  const texts = names.map((name, index) => Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`, 'latin1'));
  const mostBytes = texts.reduce((sum, text) => sum + text.length + MOST_DIGITS, 0);
  const isTwofold = places.size < fields.length;
  return { keys, fields, derivations, names, texts, mostBytes, isTwofold, doubtful: new Map(), watched: undefined };
}

/** The formula on values by their place. */
function formulaOf({ derived }: Field, from: readonly number[]): (values: readonly number[]) => number {
  const [first = 0, second = 0, third = 0] = from;
  const at = (values: readonly number[], place: number) => values[place] ?? Number.NaN;
  const formula = derived?.value ?? (() => Number.NaN);
  if (from.length === 2) return (values) => formula(at(values, first), at(values, second));
  if (from.length === 3) return (values) => formula(at(values, first), at(values, second), at(values, third));
  return (values) => formula(...from.map((place) => at(values, place)));
}
