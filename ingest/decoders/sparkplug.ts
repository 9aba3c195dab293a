/** Sparkplug B 3.0: Protobuf with metrics that a birth names and gives an alias, and that later messages name by the alias alone. */
import { type Outcome, refuse } from '../json.ts';
import { readFields, type WireField } from '../protobuf.ts';
import { type DecodeContext, type Decoder, type Draft, gatherByTime, nothing } from './decoder.ts';
import type { BornMetric, DecoderMemory } from './decoder-memory.ts';

export const sparkplug: Decoder = { name: 'sparkplug', fromBytes };

type Births = DecoderMemory['births'];

const MAX_ALIASES = 2000;
const MAX_METRICS = 5000;
/** Field numbers of Payload, Metric and PropertySet, sparkplug_b.proto. */
const PAYLOAD = { timestamp: 1, metrics: 2, seq: 3 } as const;
const METRIC = { name: 1, alias: 2, timestamp: 3, type: 4, isNull: 7, properties: 9 } as const;
const VALUE = { int: 10, long: 11, float: 12, double: 13, boolean: 14, text: 15 } as const;
/** Bits of the signed types; the wire holds them as unsigned numbers. */
const SIGNED: Readonly<Record<number, number>> = { 1: 8, 2: 16, 3: 32, 4: 64 };
/** Of OPC: the value is good. */
const GOOD = 192;
/** Of the edge node itself: commands to it, its properties, the number of its connection. */
const OF_NODE = /^(?:bdSeq|Node Control\/.*|Device Control\/.*|Properties\/.*)$/;
const EARLIEST_MS = 946_684_800_000;

interface Metric extends Omit<BornMetric, 'name'> {
  readonly name?: string | undefined;
  readonly alias?: string | undefined;
  readonly time: number | undefined;
  readonly value: unknown;
  readonly quality?: number | undefined;
}

function fromBytes(bytes: Uint8Array, { mapping, memory }: DecodeContext): Outcome<readonly Draft[]> | undefined {
  const births = memory?.births;
  const isNamed = mapping?.envelope === 'sparkplug';
  const fields = isNamed || bytes[0] === 0x08 ? readFields(bytes) : undefined;
  const time = fields && numberOf(fields, PAYLOAD.timestamp);
  if (fields === undefined || (!isNamed && !(time !== undefined && time > EARLIEST_MS)))
    return isNamed ? wrong('is no Sparkplug B payload: its Protobuf fields do not come out even') : undefined;
  const parts = fields.filter(({ number }) => number === PAYLOAD.metrics);
  if (parts.length > MAX_METRICS)
    return refuse({ code: 'PAYLOAD_TOO_MANY_KEYS', message: `a payload holds more than ${MAX_METRICS} metrics` });
  const metrics: Metric[] = [];
  for (const { value } of parts) {
    const metric = value instanceof Uint8Array ? metricOf(value, births) : undefined;
    if (metric === undefined) return isNamed ? wrong('holds a metric that is no Protobuf message') : undefined;
    if (metric.name !== undefined || metric.alias !== undefined) metrics.push(metric);
  }
  remember(metrics, births);
  const seq = numberOf(fields, PAYLOAD.seq);
  return { ok: true, value: draftsOf(metrics, { time, seq }, (key) => mapping?.keys?.[key] !== undefined) };
}

function draftsOf(
  metrics: readonly Metric[],
  { time, seq }: Pick<Draft, 'time' | 'seq'>,
  isMapped: (key: string) => boolean,
): readonly Draft[] {
  const known = gatherByTime();
  const nameless = gatherByTime();
  const counts = { known: 0, nameless: 0 };
  for (const metric of metrics) {
    if (metric.name !== undefined && OF_NODE.test(metric.name)) continue;
    const plain = metric.name?.replaceAll('/', '.') ?? `alias ${metric.alias}`;
    // What the node itself calls bad is told and not taken.
    const key =
      metric.quality === undefined || metric.quality === GOOD ? plain : `${plain} (quality ${metric.quality})`;
    const value = metric.unit === undefined ? metric.value : { value: metric.value, unit: metric.unit };
    const isKnown = metric.name !== undefined || isMapped(key);
    counts[isKnown ? 'known' : 'nameless'] += 1;
    (isKnown ? known : nameless).add(metric.time ?? time, key, value);
  }
  if (counts.known + counts.nameless === 0)
    return [nothing({}, 'a Sparkplug B message without a metric that measures anything, such as a death certificate')];
  return [
    ...(counts.known === 0 ? [] : known.drafts({ seq, root: 'metrics' })),
    ...(counts.nameless === 0 ? [] : nameless.drafts({ seq, root: 'metrics', refusal: NAMELESS })),
  ];
}

const NAMELESS = {
  code: 'FIELD_UNKNOWN',
  message:
    'metrics come by aliases that no birth has named since this server started: request a rebirth (NCMD with Node Control/Rebirth), or map the keys "alias N"; then replay',
} as const;

function metricOf(bytes: Uint8Array, births: Births | undefined): Metric | undefined {
  const fields = readFields(bytes);
  if (fields === undefined) return undefined;
  const alias = bigOf(fields, METRIC.alias)?.toString();
  const born = alias === undefined ? undefined : births?.get(alias);
  const name = textOf(fields, METRIC.name) ?? born?.name;
  const type = numberOf(fields, METRIC.type) ?? born?.type;
  const properties = propertiesOf(fields);
  return {
    ...{ alias, name, type, unit: unitOf(properties) ?? born?.unit },
    time: numberOf(fields, METRIC.timestamp),
    quality: numberIn(properties.get('Quality')),
    value: (numberOf(fields, METRIC.isNull) ?? 0) === 1 ? null : valueIn(fields, type),
  };
}

function valueIn(fields: readonly WireField[], type: number | undefined): unknown {
  const whole = bigOf(fields, VALUE.int) ?? bigOf(fields, VALUE.long);
  if (whole !== undefined) {
    const bits = SIGNED[type ?? 0];
    const number = Number(bits === undefined ? whole : BigInt.asIntN(bits, whole));
    return Number.isSafeInteger(number) ? number : String(whole);
  }
  const float = bytesOf(fields, VALUE.float);
  // Seven digits are all that 32 bits hold: 6.4 and not 6.400000095367432.
  if (float?.length === 4) return Number(Buffer.from(float).readFloatLE().toPrecision(7));
  const double = bytesOf(fields, VALUE.double);
  if (double?.length === 8) return Buffer.from(double).readDoubleLE();
  const flag = bigOf(fields, VALUE.boolean);
  if (flag !== undefined) return flag !== 0n;
  const text = textOf(fields, VALUE.text);
  if (text !== undefined) return text;
  const other = fields.find(({ number }) => number > VALUE.text);
  return other?.value instanceof Uint8Array ? Buffer.from(other.value).toString('hex') : null;
}

function remember(metrics: readonly Metric[], births: Births | undefined): void {
  for (const { alias, name, type, unit } of metrics) {
    if (births === undefined || alias === undefined || name === undefined) continue;
    if (births.size < MAX_ALIASES || births.has(alias)) births.set(alias, { name, type, unit });
  }
}

/** Keys and values of a PropertySet stand in two lists. */
function propertiesOf(fields: readonly WireField[]): ReadonlyMap<string, readonly WireField[]> {
  const set = readFields(bytesOf(fields, METRIC.properties) ?? new Uint8Array()) ?? [];
  const keys = set.flatMap(({ number, value }) => (number === 1 && value instanceof Uint8Array ? [textIn(value)] : []));
  const values = set.flatMap(({ number, value }) => (number === 2 && value instanceof Uint8Array ? [value] : []));
  return new Map(keys.map((key, index) => [key, readFields(values[index] ?? new Uint8Array()) ?? []]));
}

const unitOf = (properties: ReadonlyMap<string, readonly WireField[]>) =>
  textOf(properties.get('engUnit') ?? properties.get('unit') ?? [], 8);
const numberIn = (fields: readonly WireField[] = []) => numberOf(fields, 3) ?? numberOf(fields, 4);

const fieldOf = (fields: readonly WireField[], wanted: number) =>
  fields.findLast(({ number }) => number === wanted)?.value;
const textIn = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

function bigOf(fields: readonly WireField[], number: number): bigint | undefined {
  const value = fieldOf(fields, number);
  return typeof value === 'bigint' ? value : undefined;
}

function numberOf(fields: readonly WireField[], number: number): number | undefined {
  const value = bigOf(fields, number);
  return value === undefined ? undefined : Number(value);
}

function bytesOf(fields: readonly WireField[], number: number): Uint8Array | undefined {
  const value = fieldOf(fields, number);
  return value instanceof Uint8Array ? value : undefined;
}

function textOf(fields: readonly WireField[], number: number): string | undefined {
  const bytes = bytesOf(fields, number);
  return bytes && textIn(bytes);
}

const wrong = (why: string) => refuse({ code: 'FRAME_UNREADABLE', message: `the payload ${why}` });
