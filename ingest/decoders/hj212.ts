/** HJ 212-2017 payloads of environmental stations: `##` length, segment, CRC. Times are Beijing's; only values flagged N are good. */
import { BEIJING_OFFSET_MINUTES } from '../../base/beijing-time.ts';
import { hj212CrcText } from '../../base/hj212-frame.ts';
import type { RejectionCode } from '../../bus/rejection.ts';
import { type Outcome, refuse } from '../json.ts';
import type { DecodeContext, Decoder, Draft } from './decoder.ts';
import type { DecoderMemory } from './decoder-memory.ts';

export const hj212: Decoder = { name: 'hj212', fromBytes };

/** Codes of HJ 525 and HJ 212 appendix B for surface water and air, with the unit the standard sets. */
const FACTORS: Readonly<Record<string, readonly [key: string, unit?: string]>> = {
  w01001: ['ph'],
  w01003: ['turbidity', 'NTU'],
  w01009: ['dissolved_oxygen', 'mg/L'],
  w01010: ['water_temperature', 'Cel'],
  w01014: ['specific_conductance', 'uS/cm'],
  w21003: ['ammonia_nitrogen', 'mg/L'],
  a01001: ['air_temperature', 'Cel'],
  a01002: ['air_humidity', '%'],
  a01007: ['wind_speed', 'm/s'],
  a01008: ['wind_direction', 'deg'],
};
/** Real-time values and means of an interval; the rest of a factor (Min, Max, Cou) stays under its own key. */
const VALUE = /^(?:Rtd|Avg)$/;

function fromBytes(bytes: Uint8Array, { memory }: DecodeContext): Outcome<readonly Draft[]> | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x23) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  const drafts: Draft[] = [];
  for (const packet of text.split(/(?=##\d{2,4}[A-Za-z])/)) {
    const draft = packetOf(packet.replace(/[\r\n]+$/, ''), memory);
    if (!draft.ok) return draft;
    drafts.push(...draft.value);
  }
  return { ok: true, value: drafts };
}

function packetOf(packet: string, memory: DecoderMemory | undefined): Outcome<readonly Draft[]> {
  const end = packet.lastIndexOf('&&');
  const start = /^##(\d{2,4})/.exec(packet);
  const crc = packet.slice(-4);
  if (start === null || end < 0 || !/^[0-9A-Fa-f]{4}$/.test(crc)) {
    return wrong('is no HJ 212 packet: ## and 4 digits of length, the data segment, 4 hex digits of CRC');
  }
  const segment = packet.slice(start[0].length, -4);
  const right = hj212CrcText(Buffer.from(segment, 'latin1'));
  if (crc.toUpperCase() !== right) {
    return wrong(
      `has the CRC ${crc}, but ${right} would be right for its ${segment.length} bytes (length says ${Number(start[1])}); it is the CRC of HJ 212, not that of Modbus`,
    );
  }
  const [head = '', data = ''] = segment.split('&&');
  const fields = Object.fromEntries(head.split(';').map(pair));
  if (!['2011', '2051', '2061', '2031'].includes(fields.CN ?? '')) {
    return {
      ok: true,
      value: [
        {
          values: {},
          refusal: {
            code: 'READING_EMPTY',
            message: `an HJ 212 packet of command ${fields.CN ?? '?'} holds no measurement`,
          },
        },
      ],
    };
  }
  const values: Record<string, unknown> = {};
  const flags = new Map<string, string>();
  let time: string | undefined;
  for (const [key, value] of data.split(/[;,]/).map(pair)) {
    if (key === 'DataTime') time = value;
    else {
      const [factor = '', what = ''] = key.split('-');
      if (what === 'Flag') flags.set(factor, value);
      else if (key !== '') values[key] = value;
    }
  }
  time = timeOfParts(fields, time, memory);
  if (time === undefined) return { ok: true, value: [{ values: named(values, flags), refusal: WITHOUT_TIME }] };
  return { ok: true, value: [{ time, utcOffsetMinutes: BEIJING_OFFSET_MINUTES, values: named(values, flags) }] };
}

/** A packet that was split (PNUM parts of one QN) says its DataTime in the first part only; each part is a verdict of its own, and together they are one reading. */
function timeOfParts(
  { QN: request, PNUM: parts }: Readonly<Record<string, string>>,
  time: string | undefined,
  memory: DecoderMemory | undefined,
): string | undefined {
  if (request === undefined || parts === undefined || memory === undefined) return time;
  const { dataTimes } = memory;
  if (time === undefined) return dataTimes.get(request);
  dataTimes.set(request, time);
  const [oldest] = dataTimes.keys();
  if (dataTimes.size > MAX_SPLIT && oldest !== undefined) dataTimes.delete(oldest);
  return time;
}

const MAX_SPLIT = 32;

/** A part whose first part was not seen, and loggers that are set up wrongly: the time of receipt would be a wrong one. */
const WITHOUT_TIME = {
  code: 'TIME_INVALID',
  message:
    'the HJ 212 packet holds no DataTime, and no earlier part of it (PNUM, the same QN) was seen: set the logger to send it',
} as const;

/** `w01009-Rtd` becomes `dissolved_oxygen`; a value not flagged N keeps its own key with its flag beside, so it is told and not taken. */
function named(values: Readonly<Record<string, unknown>>, flags: ReadonlyMap<string, string>) {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const [factor = '', what = ''] = key.split('-');
    const flag = flags.get(factor) ?? 'N';
    const [name, unit] = FACTORS[factor] ?? [];
    const number = typeof value === 'string' && /^[+-]?\d{1,20}(?:\.\d{1,20})?$/.test(value) ? Number(value) : value;
    if (flag !== 'N') result[`${key}-Flag-${flag}`] = value;
    else if (name === undefined || !VALUE.test(what)) result[key] = number;
    else result[name] = unit === undefined ? number : { value: number, unit };
  }
  return result;
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function wrong(why: string) {
  const code: RejectionCode = 'FRAME_UNREADABLE';
  return refuse({ code, message: `the packet ${why}` });
}
