/** Mutated messages of every device model through decode, map and judge: does each become a reading, a refusal, or both; is what is taken possible; does any take longer than its length? */
import { randomBytes, randomInt } from 'node:crypto';
import { FORMATS } from '../ingest/decoders/table.ts';
import { tryMapping } from '../ingest/try-mapping.ts';
import type { DeviceModel, ModelExample } from '../registry/device-model.ts';
import { deviceModels } from '../seeds/models/models.ts';
import type { Kind } from '../sensors/kind.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { Reading } from '../sensors/reading.ts';

interface Seed {
  readonly model: DeviceModel;
  readonly kind: Kind;
  readonly payload: Buffer;
  readonly channel: string;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly readings: number;
  readonly refused: number;
  /** Descriptions with the input as base64; there should be none. */
  readonly faults: readonly string[];
  /** The slowest input, microseconds a byte. */
  readonly slowest: { readonly usPerByte: number; readonly bytes: number; readonly model: string };
}

const RECEIVED = Date.UTC(2026, 10, 28, 12);
const FUTURE_MS = 10 * 60_000;
/** Shorter inputs are measured by the timer's own noise. */
const MEASURED_FROM_BYTES = 2000;
const MAX_FAULTS = 20;

export async function fuzzDecoders(inputs: number): Promise<FuzzResult> {
  const seeds = seedsOf(await loadKinds());
  const counts = { readings: 0, refused: 0 };
  const faults: string[] = [];
  let slowest = { usPerByte: 0, bytes: 0, model: '' };
  for (let count = 0; count < inputs && faults.length < MAX_FAULTS; count++) {
    const seed = seeds[count % seeds.length];
    if (seed === undefined) break;
    const payload = mutated(count % 50 === 0 ? repeated(seed.payload) : seed.payload);
    const envelope = randomInt(4) === 0 ? FORMATS[randomInt(FORMATS.length)] : undefined;
    const mapping = { ...seed.model.mapping, ...(envelope !== undefined && { envelope }) };
    // Of the processor, not of the clock: others work on the machine, too.
    const before = process.cpuUsage();
    try {
      const { readings, told } = tryMapping({
        device: { park: 'p', id: 'd', site: 's', kind: seed.kind.name },
        ...{ kind: seed.kind, mapping, payload, channel: seed.channel, receivedAt: RECEIVED },
      });
      counts.readings += readings.length;
      if (readings.length === 0) counts.refused += 1;
      if (readings.length === 0 && told.length === 0) faults.push(`vanished: ${shown(seed, payload)}`);
      for (const reading of readings) {
        const problem = problemOf(reading, seed.kind);
        if (problem !== undefined) faults.push(`${problem}: ${shown(seed, payload)}`);
      }
    } catch (error) {
      faults.push(`threw ${(error as Error).message}: ${shown(seed, payload)}`);
    }
    const { user, system } = process.cpuUsage(before);
    const usPerByte = (user + system) / payload.length;
    if (payload.length >= MEASURED_FROM_BYTES && usPerByte > slowest.usPerByte)
      slowest = { usPerByte, bytes: payload.length, model: seed.model.model };
  }
  return { inputs, ...counts, faults, slowest };
}

export async function benchFuzzDecoders({ inputs }: { readonly inputs: number }): Promise<void> {
  const began = performance.now();
  const { readings, refused, faults, slowest } = await fuzzDecoders(inputs);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.info(
    `${inputs} mutated messages in ${seconds} s: ${readings} readings, ${refused} refused whole, ${faults.length} faults; the slowest took ${slowest.usPerByte.toFixed(2)} µs a byte (${slowest.bytes} bytes, ${slowest.model})`,
  );
  for (const fault of faults) console.info(fault);
  if (faults.length > 0) process.exitCode = 1;
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

function seedsOf(kinds: ReadonlyMap<string, Kind>): readonly Seed[] {
  return [...deviceModels.values()].flatMap((model) => {
    const kind = kinds.get(model.kind);
    return kind === undefined ? [] : model.examples.map((example) => ({ model, kind, ...bytesOf(example) }));
  });
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

const shown = ({ model, channel }: Seed, payload: Buffer) =>
  `${model.model} on ${channel}: ${payload.subarray(0, 600).toString('base64')}`;
