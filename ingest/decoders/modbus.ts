/** Answers of Modbus RTU slaves behind a transparent DTU, binary or as hex text. An answer does not say which registers it holds: the mapping's `polls` do. */

import type { JsonObject } from '../../base/json.ts';
import type { Mapping, Poll, RegisterMapping } from '../../registry/mapping.ts';
import { type Outcome, refuse } from '../json.ts';
import { registerKey } from '../polls.ts';
import { readRegister, widthOf } from '../register.ts';
import { ageOf, timeOf } from '../time-keys.ts';
import type { DecodeContext, Decoder, Draft } from './decoder.ts';

export const modbus: Decoder = { name: 'modbus', fromBytes, fromObject };

const MAX_FRAMES = 64;
const MAX_HEX = 64 * 1024;
/** Modbus Application Protocol 1.1b3, section 7. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

interface Frame {
  readonly slave: number;
  readonly code: number;
  readonly data: Uint8Array;
  readonly bytes: Uint8Array;
}

function fromBytes(payload: Uint8Array, { mapping }: DecodeContext): Outcome<readonly Draft[]> | undefined {
  const isNamed = mapping?.envelope === 'modbus';
  const bytes = fromHex(payload) ?? payload;
  const frames = framesOf(bytes) ?? framesOfTcp(bytes);
  if (frames === undefined && isRequest(bytes)) return unreadable(bytes, REQUEST);
  if (frames === undefined)
    return isNamed ? unreadable(bytes, 'does not have the lengths of Modbus answers with function 3 or 4') : undefined;
  if (mapping?.polls === undefined || mapping.polls.length === 0) return unmapped(frames);
  const broken = frames.findIndex((frame) => !hasCrc(frame.bytes));
  const bad = frames[broken];
  if (bad !== undefined) {
    const sent = hexOf(bad.bytes.subarray(-2));
    return unreadable(
      bytes,
      `ends with the CRC ${sent}, but ${hexOf(crcBytes(bad.bytes.subarray(0, -2)))} would be right`,
      broken,
    );
  }
  return { ok: true, value: [draftOf(frames, mapping)] };
}

const REQUEST =
  'is what a DTU asks a slave (8 bytes, right CRC), not its answer: set the DTU to send answers only, or two-way transmission without echo';

/** `{"hex": "0103…", "time": …}`: a member of the message that is frames by its CRCs; what stands beside it counts, too. */
function fromObject(object: JsonObject, { mapping }: DecodeContext): readonly Draft[] | undefined {
  if (mapping?.polls === undefined || mapping.polls.length === 0) return undefined;
  for (const [key, text] of Object.entries(object)) {
    const bytes = typeof text === 'string' && text.length <= MAX_HEX ? fromHex(Buffer.from(text)) : undefined;
    const frames = bytes && framesOf(bytes);
    if (frames === undefined || !frames.every((frame) => hasCrc(frame.bytes))) continue;
    const { [key]: _, ...rest } = object;
    const draft = draftOf(frames, mapping);
    return [{ ...draft, time: timeOf(rest), age: ageOf(rest), seq: rest.seq, values: { ...rest, ...draft.values } }];
  }
  return undefined;
}

function draftOf(frames: readonly Frame[], mapping: Mapping): Draft {
  const values: Record<string, unknown> = {};
  let exception: string | undefined;
  const used = new Set<Poll>();
  for (const [index, frame] of frames.entries()) {
    if (frame.code & 0x80) {
      const number = frame.data[0] ?? 0;
      exception ??= `slave ${frame.slave} answers function ${frame.code & 0x7f} with exception ${number} (${EXCEPTIONS[number] ?? 'unknown'}): check the poll's address and count`;
      continue;
    }
    const poll = mapping.polls?.find((each) => !used.has(each) && answers(frame, each));
    // Kept as it came, so that it can be read once its poll is registered.
    if (poll === undefined) values[`modbus.${frame.slave}.${frame.code}.frame${index}`] = hexOf(frame.bytes);
    else {
      used.add(poll);
      for (const register of poll.registers)
        values[registerKey(poll.slave, poll.function, register.at)] = read(frame, poll, register);
    }
  }
  if (exception === undefined) return { values };
  if (Object.keys(values).length > 0) return { values: { ...values, 'modbus.exception': exception } };
  return { values: { 'modbus.exception': exception }, refusal: { code: 'FRAME_UNREADABLE', message: exception } };
}

function answers({ slave, code, data }: Frame, poll: Poll): boolean {
  if (poll.slave !== slave || poll.function !== code) return false;
  const count =
    poll.count ?? Math.max(...poll.registers.map(({ at, as = 'u16' }) => at - poll.start + widthOf(as) / 2));
  return data.length === count * 2;
}

function read({ data }: Frame, { start }: Poll, { at, as = 'u16', order }: RegisterMapping): number | null {
  const from = (at - start) * 2;
  const bytes = data.subarray(from, from + widthOf(as));
  return bytes.length < widthOf(as)
    ? null
    : Number(readRegister(bytes, as, order).toPrecision(7 + (as === 'f32' ? 0 : 8)));
}

/** The whole payload as frames one after the other; undefined when it does not come out even. */
function framesOf(bytes: Uint8Array): readonly Frame[] | undefined {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [slave = 0, code = 0, count = 0] = bytes.subarray(at, at + 3);
    const isData = code === 3 || code === 4;
    if (slave > 247 || !(isData || code === 0x83 || code === 0x84) || (isData && (count === 0 || count % 2 === 1)))
      return undefined;
    const length = isData ? 5 + count : 5;
    const frame = bytes.subarray(at, at + length);
    if (frame.length < length || frames.length === MAX_FRAMES) return undefined;
    frames.push({ slave, code, data: isData ? frame.subarray(3, -2) : frame.subarray(2, 3), bytes: frame });
    at += length;
  }
  return frames.length === 0 ? undefined : frames;
}

/** Modbus TCP: the length of the rest in place of a CRC; one frame or more. */
function framesOfTcp(bytes: Uint8Array): readonly Frame[] | undefined {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + TCP_HEADER);
    const length = ((header[4] ?? 0) << 8) | (header[5] ?? 0);
    const body = bytes.subarray(at + TCP_HEADER, at + TCP_HEADER + length);
    if (header[2] !== 0 || header[3] !== 0 || length < 3 || body.length < length || pieces.length === MAX_FRAMES)
      return undefined;
    pieces.push(body, crcBytes(body));
    at += TCP_HEADER + length;
  }
  return pieces.length === 0 ? undefined : framesOf(Buffer.concat(pieces));
}

const TCP_HEADER = 6;

/** Functions 1 to 4: slave, function, start, count. */
const isRequest = (bytes: Uint8Array) =>
  bytes.length === 8 && (bytes[1] ?? 0) >= 1 && (bytes[1] ?? 0) <= 4 && hasCrc(bytes);

/** `01 03 04 …` or `010304…`, in quotes or not. */
function fromHex(payload: Uint8Array): Uint8Array | undefined {
  if (payload.length > MAX_HEX) return undefined;
  const text = Buffer.from(payload)
    .toString('latin1')
    .trim()
    .replace(/^"([^"]*)"$/, '$1');
  if (!/^(?:[0-9A-Fa-f]{2}[\s,:-]?){5,}$/.test(text)) return undefined;
  return Buffer.from(text.replace(/[^0-9A-Fa-f]/g, ''), 'hex');
}

/** CRC-16/MODBUS. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** On the wire the low byte comes first. */
export const crcBytes = (bytes: Uint8Array) => Uint8Array.of(crc16(bytes) & 0xff, crc16(bytes) >> 8);
const hasCrc = (frame: Uint8Array) => Buffer.compare(crcBytes(frame.subarray(0, -2)), frame.subarray(-2)) === 0;
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

function unreadable(bytes: Uint8Array, why: string, position?: number) {
  const shown = hexOf(bytes.subarray(0, 64));
  return refuse({
    code: 'FRAME_UNREADABLE',
    ...(position !== undefined && { position }),
    message: `the frame ${shown} ${why}`,
  });
}

function unmapped(frames: readonly Frame[]) {
  const named = frames.slice(0, 4).map(({ slave, code, data, bytes }) => {
    const what =
      code & 0x80 ? `exception of function ${code & 0x7f}` : `function ${code}, ${data.length / 2} registers`;
    return `slave ${slave}, ${what}${hasCrc(bytes) ? '' : ' (its CRC is wrong)'}, hex ${hexOf(bytes.subarray(0, 64))}`;
  });
  return refuse({
    code: 'FRAME_UNMAPPED',
    message: `this looks like a Modbus answer (${named.join('; ')}): register polls in the device's mapping, {"slave", "function", "start", "registers": [{"at", "as", "field"}]}, then replay it from quarantine`,
  });
}
