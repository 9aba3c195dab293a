/**
 * The expected result of what a device sent, computed from the sender's side: the ledger that docs/errors.md and docs/firmware.md
 * promise. It shares no rule with the code under test, the encoder included; only ranges come from the kind.
 */
import type { Field, Kind } from '../sensors/kind.ts';
import type { Measurement, Sent } from './measurement.ts';
import type { SenderMapping } from './vendor-format.ts';

export interface ExpectedRow {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: number;
  /** Quarantine records by code, including those of single values. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface Expectation {
  /** A publish whose PUBACK was seen. */
  delivered(payload: string, measurements: readonly Measurement[], receivedAt: number): void;
  row(): ExpectedRow;
}

export interface Sender {
  readonly kind: Kind;
  readonly mapping?: SenderMapping | undefined;
}

/** Clocks that were never set start in 1970 or 2000, so times before 2001 are refused. */
const EARLIEST = Date.UTC(2001, 0, 1);
const FUTURE_TOLERATED_MS = 600_000;
/** 16-bit registers with all bits set, and the ends of their signed range. */
const REGISTER_ENDS = [2 ** 16 - 1, 2 ** 15 - 1, -(2 ** 15)];
/** Constants of converters without a probe, unless they are possible values. */
const NO_PROBE = new Set([
  ...REGISTER_ENDS.flatMap((end) => [1, 10, 100, 1000].map((scale) => end / scale)),
  ...[-(2 ** 15) + 1, 2 ** 15 - 2, 2 ** 16 - 2, 2 ** 12 - 1, 2 ** 31 - 1, -(2 ** 31)],
  ...[-127, -128, 127.9, -99, -99.9, 99.9, -999, -999.9, 999, 999.9, -9999, 9999],
]);
const POWER_UP_CELSIUS = 85;
/** Repeats soon follow the first message; older times are forgotten. */
const MAX_REMEMBERED = 20_000;

/** A register of a DTU counts steps from an offset; without a mapping, the value itself is sent. */
interface Steps {
  readonly step: number;
  readonly from: number;
}
const UNMAPPED: Steps = { step: 1, from: 0 };

export function createExpectation({ kind, mapping }: Sender): Expectation {
  // Devices with these envelopes write numbers as texts, so numeric texts count.
  const takesTexts = mapping?.envelope === 'alink' || mapping?.envelope === 'thingsboard';
  const kept = new Map<number, string>();
  const row = { received: 0, stored: 0, duplicate: 0, quarantined: 0 };
  const reasons: Record<string, number> = {};

  function refuse(code: string): void {
    row.quarantined += 1;
    note(code);
  }

  function note(code: string): void {
    reasons[code] = (reasons[code] ?? 0) + 1;
  }

  function take({ time, values }: Measurement, receivedAt: number): void {
    row.received += 1;
    if (time < EARLIEST) return refuse('TIME_TOO_OLD');
    if (time > receivedAt + FUTURE_TOLERATED_MS) return refuse('TIME_IN_FUTURE');
    const good: Record<string, Sent> = {};
    const bad: string[] = [];
    for (const [name, value] of Object.entries(values)) {
      const field = kind.fields.find((each) => each.name === name);
      const steps = mapping === undefined ? UNMAPPED : stepsOf(mapping, name);
      if (field === undefined || steps === undefined) continue;
      const code = refusalOf(field, value, steps, takesTexts);
      if (code === undefined) good[name] = value;
      else bad.push(code);
    }
    // Receivers without a fix send 0, 0, which is a point in the Gulf of Guinea.
    if (Number(good.latitude) === 0 && Number(good.longitude) === 0) {
      for (const name of ['latitude', 'longitude']) {
        delete good[name];
        bad.push('VALUE_SENTINEL');
      }
    }
    const [first] = bad;
    if (Object.keys(good).length === 0) return refuse(first ?? 'READING_EMPTY');
    const content = JSON.stringify(good);
    const before = kept.get(time);
    if (before === content) {
      row.duplicate += 1;
      return;
    }
    if (before !== undefined) return refuse('READING_CONFLICT');
    row.stored += 1;
    for (const code of bad) note(code);
    kept.set(time, content);
    if (kept.size > MAX_REMEMBERED) for (const oldest of kept.keys()) return void kept.delete(oldest);
  }

  return {
    delivered(payload, measurements, receivedAt) {
      if (isJson(payload)) {
        for (const measurement of measurements) take(measurement, receivedAt);
        return;
      }
      row.received += 1;
      refuse('PAYLOAD_NOT_JSON');
    },
    row: () => ({ ...row, reasons: { ...reasons } }),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The code of a refused value; undefined if it must be stored. */
function refusalOf(field: Field, sent: Sent, steps: Steps, takesTexts: boolean): string | undefined {
  const isText = typeof sent === 'string';
  if (isText && /^[+-]?(nan|inf|infinity)$/i.test(sent)) return 'VALUE_NOT_FINITE';
  if (isText && !(takesTexts && sent.trim() !== '' && Number.isFinite(Number(sent)))) return 'VALUE_NOT_A_NUMBER';
  const raw = inRegister(Number(sent), steps);
  const value = Number((raw * steps.step + steps.from).toPrecision(12));
  if (meansNoProbe(field, raw, value)) return 'VALUE_SENTINEL';
  if (field.shape !== 'number') {
    const isChoice = field.choices === undefined ? value === 0 || value === 1 : Object.hasOwn(field.choices, value);
    return isChoice ? undefined : 'VALUE_NOT_A_CHOICE';
  }
  const [low, high] = field.physical;
  const lowest = field.clampFrom ?? low;
  return value >= Math.min(low, lowest) && value <= high ? undefined : 'VALUE_OUT_OF_RANGE';
}

/** The last key of the field counts; registers have no nested keys. Undefined if the field is not sent. */
function stepsOf({ keys = {} }: SenderMapping, field: string): Steps | undefined {
  let found: Steps | undefined;
  for (const [key, target] of Object.entries(keys)) {
    if (key.includes('.') || target === null) continue;
    if (target === field) found = UNMAPPED;
    else if (typeof target === 'object' && target.field === field)
      found = { step: target.scale ?? 1, from: target.offset ?? 0 };
  }
  return found;
}

/** The content of the register: whole steps, or a sentinel as it is. */
function inRegister(value: number, { step, from }: Steps): number {
  if (REGISTER_ENDS.includes(value)) return value;
  return step === 1 ? value - from : Math.round((value - from) / step);
}

/** Whether the number is a sentinel for a missing probe. */
function meansNoProbe(field: Field, raw: number, value: number): boolean {
  const [low, high] = field.physical;
  if (field.shape === 'number' && high <= 1e6 && REGISTER_ENDS.includes(raw)) return true;
  if (value >= low && value <= high) return field.sentinels?.includes(value) ?? false;
  return NO_PROBE.has(raw) || NO_PROBE.has(value) || (field.unit === 'Cel' && raw === POWER_UP_CELSIUS);
}
