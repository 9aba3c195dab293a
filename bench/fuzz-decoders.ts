/** Mutated messages of every payload format and device model through decode, map and evaluate: does the ledger add up, is what is taken possible, does any take longer than its length? */
import { randomBytes, randomInt } from 'node:crypto';
import { encode } from 'cborg';
import { hj212CrcText } from '../base/hj212-frame.ts';
import { createRecords } from '../bus/quarantine-record.ts';
import { classifyReadings } from '../ingest/classify.ts';
import { decode } from '../ingest/decode.ts';
import { crcBytes } from '../ingest/decoders/modbus.ts';
import { FORMATS } from '../ingest/decoders/table.ts';
import { DeviceMemory } from '../ingest/device-memory.ts';
import { createKeyMap } from '../ingest/map.ts';
import type { ModelExample } from '../registry/device-model.ts';
import type { Mapping } from '../registry/mapping.ts';
import { deviceModels } from '../seeds/models/models.ts';
import type { Kind } from '../sensors/kind.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { Reading } from '../sensors/reading.ts';
import { HJ212_SEGMENT, SPARKPLUG, VECTORS } from '../test/ingest/decoders/vectors.ts';

interface Seed {
  readonly mapping: Mapping;
  readonly kind: Kind;
  readonly payload: Buffer;
  readonly channel: string;
}

export interface FuzzResult {
  readonly readings: number;
  readonly refused: number;
  /** Descriptions with the input as base64; there should be none. */
  readonly faults: readonly string[];
  /** The slowest input, microseconds of the processor a byte. */
  readonly slowest: { readonly usPerByte: number; readonly bytes: number };
}

const RECEIVED = Date.UTC(2026, 10, 28, 12);
const FUTURE_MS = 10 * 60_000;
/** Shorter inputs are measured by the timer's own noise. */
const MEASURED_FROM_BYTES = 2000;
const MAX_FAULTS = 20;
/** One in so many is a backlog. */
const REPEATED_EVERY = 250;

/** Of each format, and of all device models, so many inputs. */
export async function benchFuzzDecoders({ inputs }: { readonly inputs: number }): Promise<void> {
  let all = 0;
  for (const [format, seeds] of seedsOf(await loadKinds())) {
    const began = performance.now();
    const { readings, refused, faults, slowest } = fuzz(seeds, inputs);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.info(
      `${format.padEnd(14)} ${inputs} inputs in ${seconds} s: ${readings} readings, ${refused} refused whole, ${faults.length} faults; the slowest took ${slowest.usPerByte.toFixed(2)} µs a byte (${slowest.bytes} bytes)`,
    );
    for (const fault of faults) console.info(fault);
    all += faults.length;
  }
  if (all > 0) process.exitCode = 1;
}

export function fuzz(seeds: readonly Seed[], inputs: number): FuzzResult {
  const counts = { readings: 0, refused: 0 };
  const faults: string[] = [];
  let slowest = { usPerByte: 0, bytes: 0 };
  for (let count = 0; count < inputs && faults.length < MAX_FAULTS; count++) {
    const seed = seeds[count % seeds.length];
    if (seed === undefined) break;
    const payload = mutated(count % REPEATED_EVERY === 0 ? repeated(seed.payload) : seed.payload);
    const envelope = randomInt(8) === 0 ? FORMATS[randomInt(FORMATS.length)] : undefined;
    // Of the processor, not of the clock: others work on the machine, too.
    const before = process.cpuUsage();
    try {
      const found = taken({
        ...seed,
        payload,
        mapping: { ...seed.mapping, ...(envelope !== undefined && { envelope }) },
      });
      counts.readings += found.readings;
      if (found.readings === 0) counts.refused += 1;
      if (found.problem !== undefined) faults.push(`${found.problem}: ${shown(payload)}`);
    } catch (error) {
      faults.push(`threw ${(error as Error).message}: ${shown(payload)}`);
    }
    const { user, system } = process.cpuUsage(before);
    const usPerByte = (user + system) / payload.length;
    if (payload.length >= MEASURED_FROM_BYTES && usPerByte > slowest.usPerByte)
      slowest = { usPerByte, bytes: payload.length };
  }
  return { ...counts, faults, slowest };
}

function taken({ kind, mapping, payload, channel }: Seed): { readonly readings: number; readonly problem?: string } {
  const memory = new DeviceMemory();
  const decoded = decode(payload, { mapping, channel, receivedAt: RECEIVED, memory: memory.decoders });
  if (!decoded.ok)
    return decoded.reason.message === '' ? { readings: 0, problem: 'refused without a word' } : { readings: 0 };
  const { readings, duplicate, quarantined, records } = classifyReadings(decoded.value, {
    ...{ memory, intervalMs: 60_000, keyMap: createKeyMap(kind, mapping), record: createRecords('fuzz00') },
    message: { park: 'p', device: 'd', topic: '', channel, receivedAt: RECEIVED, isResend: false },
    device: { site: 's', kind: kind.name },
  });
  const received = decoded.value.length;
  const counted = readings.length + duplicate + quarantined;
  if (counted !== received) return { readings: 0, problem: `the ledger says ${counted} of ${received}` };
  if (quarantined > records.length) return { readings: 0, problem: 'refused without a record' };
  for (const text of readings) {
    const problem = problemOf(JSON.parse(text) as Reading, kind);
    if (problem !== undefined) return { readings: readings.length, problem };
  }
  return { readings: readings.length };
}

/** What may never be taken, whatever was sent. */
function problemOf({ values, time }: Reading, kind: Kind): string | undefined {
  if (!Number.isSafeInteger(time) || time > RECEIVED + FUTURE_MS) return `time ${time}`;
  for (const [name, value] of Object.entries(values)) {
    const field = kind.fields.find((each) => each.name === name);
    if (field === undefined) return `field ${name}`;
    if (field.shape === 'number' && !(value >= field.physical[0] && value <= field.physical[1]))
      return `${name} ${value}`;
  }
  return Object.keys(values).length === 0 ? 'no value' : undefined;
}

/** By format; the device models are one more. */
function seedsOf(kinds: ReadonlyMap<string, Kind>): ReadonlyMap<string, readonly Seed[]> {
  const pond = kinds.get('aquaculture_pond');
  if (pond === undefined) throw new Error('no pond');
  const seed = (payload: Buffer, more: Partial<Seed> = {}): Seed => ({
    ...{ kind: pond, mapping: {}, channel: 'telemetry', payload },
    ...more,
  });
  // Those whose values no pond has by name.
  const special: Readonly<Record<string, Partial<Seed>>> = {
    teltonika: { kind: kinds.get('cold_chain') ?? pond },
    tasmota: { mapping: { keys: { 'DS18B20.Temperature': 'water_temperature' } } },
  };
  const json = Object.entries(VECTORS).map(
    ([format, vector]) => [format, [seed(Buffer.from(JSON.stringify(vector)), special[format])]] as const,
  );
  const models = [...deviceModels.values()].flatMap((model) => {
    const kind = kinds.get(model.kind);
    return kind === undefined
      ? []
      : model.examples.map((example) => ({ kind, mapping: model.mapping ?? {}, ...bytesOf(example) }));
  });
  const segment = Buffer.from(HJ212_SEGMENT);
  const hj212 = `##${String(segment.length).padStart(4, '0')}${HJ212_SEGMENT}${hj212CrcText(segment)}\r\n`;
  const answer = Buffer.from('0103040280FFFB', 'hex');
  const polls = [
    { slave: 1, function: 3, start: 0, count: 2, registers: [{ at: 0, field: 'dissolved_oxygen', scale: 0.01 }] },
  ];
  const frame = Buffer.concat([answer, crcBytes(answer)]);
  return new Map<string, readonly Seed[]>([
    ...json,
    ['cbor', [seed(Buffer.from(encode({ time: RECEIVED - 1000, ph: 7.8, do: 6.4 })), { channel: 'telemetry/cbor' })]],
    ['hj212', [seed(Buffer.from(hj212))]],
    ['modbus', [frame, Buffer.from(frame.toString('hex'))].map((bytes) => seed(bytes, { mapping: { polls } }))],
    ['esphome', [seed(Buffer.from('7.81'), { channel: 'telemetry/sensor/ph/state' })]],
    ['sparkplug', Object.values(SPARKPLUG).map((hex) => seed(Buffer.from(hex, 'hex')))],
    ['device models', models],
  ]);
}

function bytesOf({ payload, hex, channel = 'telemetry' }: ModelExample) {
  if (hex !== undefined) return { payload: Buffer.from(hex.replace(/\s/g, ''), 'hex'), channel };
  return { payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)), channel };
}

/** A backlog, so that what grows faster than its input shows. */
const repeated = (payload: Buffer): Buffer => {
  const isJson = payload[0] === 0x7b;
  const pieces = Array.from({ length: 200 }, () => payload.toString('latin1'));
  return Buffer.from(isJson ? `[${pieces.join(',')}]` : pieces.join(''), 'latin1');
};

const TOKENS = [
  'null',
  '{}',
  '[]',
  '-1e999',
  '1e308',
  '"',
  '{"value":',
  '65535',
  '"NaN"',
  '##',
  '&&',
  ',,',
  '\u0000',
  '":"',
];

/** None to four faults: a bit, a byte, a piece cut out, doubled or moved, a token of another format. */
function mutated(payload: Buffer): Buffer {
  let bytes = Buffer.from(payload);
  for (let left = randomInt(5); left > 0; left--) {
    const at = randomInt(bytes.length + 1);
    const to = Math.min(bytes.length, at + randomInt(1, 12));
    const fault = randomInt(6);
    const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
    if (fault === 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8));
    if (fault === 1) bytes = Buffer.concat([before, after]);
    if (fault === 2) bytes = Buffer.concat([before, piece, piece, after]);
    if (fault === 3) bytes = Buffer.concat([after, piece, before]);
    if (fault === 4) bytes = Buffer.concat([before, randomBytes(randomInt(1, 8)), after]);
    if (fault === 5) bytes = Buffer.concat([before, Buffer.from(TOKENS[randomInt(TOKENS.length)] ?? ''), after]);
  }
  return bytes;
}

const shown = (payload: Buffer) => payload.subarray(0, 600).toString('base64');
