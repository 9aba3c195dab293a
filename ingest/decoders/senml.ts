/** SenML (RFC 8428) as JSON or CBOR: records that inherit base values, resolved by its section 4.6, one reading for each time. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { type Outcome, refuse } from '../json.ts';
import { parseCbor } from './cbor.ts';
import { type DecodeContext, type Decoder, type Draft, gatherByTime } from './decoder.ts';

export const senMl: Decoder = { name: 'senml', parse, fromValue };

const MAX_RECORDS = 5000;
/** Seconds below it count from now, section 4.5.3. */
const ABSOLUTE_FROM = 2 ** 28;
const NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;
const KNOWN_VERSION = 10;
/** CBOR labels, section 6. */
const LABELS: Readonly<Record<number, string>> = {
  ...{ [-1]: 'bver', [-2]: 'bn', [-3]: 'bt', [-4]: 'bu', [-5]: 'bv', [-6]: 'bs' },
  ...{ 0: 'n', 1: 'u', 2: 'v', 3: 'vs', 4: 'vb', 5: 's', 6: 't', 7: 'ut', 8: 'vd' },
};

/** JSON begins with `[` or a blank; a CBOR list does not. */
function parse(bytes: Uint8Array): Outcome<unknown> | undefined {
  const [first = 0] = bytes;
  return first >= 0x80 && first <= 0x9f ? parseCbor(bytes, (key) => LABELS[key] ?? String(key)) : undefined;
}

const wrong = (message: string, position?: number) =>
  refuse({ code: 'PAYLOAD_NOT_SENML', ...(position !== undefined && { position }), message });

/** `auto` takes a list for SenML when a record of it names itself and holds one of its values. */
function isPack(value: unknown): boolean {
  if (!Array.isArray(value) || !value.every(isObject)) return false;
  const isRecord = (record: JsonObject) =>
    (typeof record.bn === 'string' || typeof record.n === 'string') &&
    ['v', 'vs', 'vb', 'vd', 's', 'bv'].some((key) => key in record);
  return value.some(isRecord);
}

interface Base {
  name: string;
  time: number;
  unit: string | undefined;
  value: number | undefined;
  sum: number | undefined;
  version: number | undefined;
}

function fromValue(value: unknown, { mapping, channel }: DecodeContext): Outcome<readonly Draft[]> | undefined {
  const isNamed = mapping?.envelope === 'senml' || channel === 'telemetry/senml';
  if (!isNamed && !isPack(value)) return undefined;
  if (!Array.isArray(value) || value.length === 0)
    return wrong('a SenML pack is a list of records with at least one of them');
  if (value.length > MAX_RECORDS) {
    return refuse({
      code: 'PAYLOAD_TOO_MANY_READINGS',
      message: `${value.length} records in one pack: send at most ${MAX_RECORDS}`,
    });
  }
  const base: Base = { name: '', time: 0, unit: undefined, value: undefined, sum: undefined, version: undefined };
  const gathered = gatherByTime();
  for (const [index, record] of (value as readonly unknown[]).entries()) {
    if (!isObject(record)) return wrong(`record ${index} is no object`, index);
    const problem = problemOf(record, base);
    if (problem !== undefined) return wrong(`record ${index} ${problem}`, index);
    inherit(record, base);
    const name = base.name + textOr(record.n, '');
    const values = valuesOf(record, base);
    // A record of base values alone sets them for the others.
    if (values.length === 0 && record.n === undefined) continue;
    if (!NAME.test(name))
      return wrong(
        `record ${index} has the name ${JSON.stringify(name.slice(0, 64))}: it must begin with a letter or digit and hold only those and - : . / _`,
        index,
      );
    if (values.length !== 1) return wrong(`record ${index} must hold exactly one of v, vs, vb, vd, or s`, index);
    const time = base.time + numberOr(record.t, 0);
    const unit = textOr(record.u, base.unit ?? '');
    const key = keyOf(record, base, unit);
    for (const given of values) gathered.add(time, key, unit === '' ? given : { value: given, unit });
    if (hasValue(record) && sumOf(record, base) !== undefined) gathered.add(time, `${key}.sum`, sumOf(record, base));
  }
  const drafts = gathered.drafts().map(withTime);
  return drafts.length === 0
    ? wrong('the pack holds base values only: no record has a value')
    : { ok: true, value: drafts };
}

/** Of what the record says wrongly; undefined when it is right. */
function problemOf(record: JsonObject, base: Base): string | undefined {
  for (const key of Object.keys(record))
    if (key.endsWith('_')) return `has ${JSON.stringify(key.slice(0, 40))}, which must be understood and is not`;
  for (const key of ['bn', 'bu', 'n', 'u', 'vs', 'vd']) {
    if (record[key] !== undefined && typeof record[key] !== 'string') return `has a ${key} that is no text`;
  }
  for (const key of ['bt', 'bv', 'bs', 'bver', 'v', 's', 't', 'ut']) {
    const value = record[key];
    if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value)))
      return `has a ${key} that is no number`;
  }
  if (record.vb !== undefined && typeof record.vb !== 'boolean') return 'has a vb that is neither true nor false';
  const { bver } = record;
  if (typeof bver !== 'number') return undefined;
  if (!Number.isInteger(bver) || bver < 1) return 'has a bver that is no positive whole number';
  if (bver > KNOWN_VERSION) return `is of version ${bver}; versions up to ${KNOWN_VERSION} are known`;
  if (base.version !== undefined && base.version !== bver) return `is of version ${bver}, others of ${base.version}`;
  return undefined;
}

function inherit(record: JsonObject, base: Base): void {
  base.name = textOr(record.bn, base.name);
  base.time = numberOr(record.bt, base.time);
  if (typeof record.bu === 'string') base.unit = record.bu;
  if (typeof record.bv === 'number') base.value = record.bv;
  if (typeof record.bs === 'number') base.sum = record.bs;
  if (typeof record.bver === 'number') base.version = record.bver;
}

const hasValue = (record: JsonObject) => ['v', 'vs', 'vb', 'vd'].some((key) => record[key] !== undefined);

/** Each kind of value that is there; a sum counts where there is no other, a base value where the record is named and holds nothing else. */
function valuesOf(record: JsonObject, base: Base): readonly unknown[] {
  const { v, vs, vb, vd } = record;
  const values = [typeof v === 'number' ? sumUp(v, base.value ?? 0) : undefined, vs, vb, vd].filter(
    (value) => value !== undefined,
  );
  if (values.length > 0) return values;
  const sum = record.s === undefined ? undefined : sumOf(record, base);
  if (sum !== undefined) return [sum];
  return record.n !== undefined && base.value !== undefined ? [base.value] : [];
}

function sumOf(record: JsonObject, base: Base): number | undefined {
  if (record.s === undefined) return undefined;
  return sumUp(numberOr(record.s, 0), base.sum ?? 0);
}

/** 20 + 0.1 and not its binary tail. */
const sumUp = (one: number, other: number) => (other === 0 ? one : Number((one + other).toPrecision(15)));

/** The last part of the name: what comes before it names the device, and that is known from the credential. */
function keyOf({ n }: JsonObject, base: Base, unit: string): string {
  const given = textOr(n, '').replace(/^[:/._-]+/, '');
  if (given !== '') return given;
  if (unit === 'lat') return 'latitude';
  if (unit === 'lon') return 'longitude';
  return base.name.split(/[:/]/).findLast((part) => part !== '') ?? base.name;
}

/** 0 is now, below 2^28 relative to now, from there on Unix time. A time ago is an age, whose resend is known again. */
function withTime(draft: Draft): Draft {
  const seconds = typeof draft.time === 'number' ? draft.time : 0;
  const { values } = draft;
  if (seconds === 0) return { values };
  if (seconds >= ABSOLUTE_FROM) return { values, time: Math.round(seconds * 1000) };
  return { values, age: -seconds };
}

const textOr = (value: unknown, other: string) => (typeof value === 'string' ? value : other);
const numberOr = (value: unknown, other: number) => (typeof value === 'number' ? value : other);
