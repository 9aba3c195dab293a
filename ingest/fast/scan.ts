/** Bytes of plain telemetry → numbers, in one pass and without an object: `{"time":…,"field":number,…}` of known keys, or an array of those. */
import { MAX_READINGS } from '../decode.ts';
import { isBelieved, type TimeContext } from '../time.ts';
import type { Layout, Plan, PlanKey } from './plan.ts';

/** What was found, in arrays that are used again for the next message: they grow to the largest one and are never cut, as an array cut to nothing begins anew. */
export class Scan {
  /** Readings. What stands behind them in `layouts`, `times` and `seqs` is of earlier messages. */
  count = 0;
  readonly layouts: Layout[] = [];
  readonly times: number[] = [];
  /** NaN where none was sent. */
  readonly seqs: number[] = [];
  /** Of all fields of all readings, one after another; so many of them. */
  size = 0;
  readonly values: number[] = [];
  /** Where the canonical digits of a value stand in the payload; -1 where they must be written anew. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  /** Values that belong to no field; so many of them. */
  asides = 0;
  readonly asideKeys: PlanKey[] = [];
  readonly asideValues: number[] = [];
  /** The reading that each stands in. */
  readonly asideOf: number[] = [];
  /** What must have been reported to the device before; so many of them. */
  reports = 0;
  readonly reported: string[] = [];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
/** So many digits pass through a double and back unchanged, and are written shortest as they are. */
const SAFE_DIGITS = 15;
/** Smaller numbers are written with an exponent. */
const LEAST_PLAIN = 1e-6;
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, power) => 10 ** power);

export interface Scanner {
  /** False: something else than plain telemetry that is good throughout. Nothing was changed by looking. */
  scan(payload: Buffer, plan: Plan, context: TimeContext): boolean;
  /** Of the last scan that was true; the next one overwrites it. */
  readonly found: Scan;
}

export function createScanner(): Scanner {
  const found = new Scan();
  const sequence: PlanKey[] = [];
  /** Of `sequence`, which is never cut either. */
  let keys = 0;
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  /** Of the number that was read last. */
  let value = 0;
  let digitsFrom = 0;
  let digitsTo = 0;
  let isWhole = false;

  function skipBlanks(): number {
    for (;;) {
      const byte = bytes[at];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
      else return byte ?? 0;
    }
  }

  /** RFC 8259, 6, without exponents. */
  function readNumber(): boolean {
    const start = at;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const first = at;
    let sum = 0;
    let byte = bytes[at] ?? 0;
    while (byte >= ZERO && byte <= NINE) {
      sum = sum * 10 + byte - ZERO;
      byte = bytes[++at] ?? 0;
    }
    let digits = at - first;
    if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return false;
    isWhole = byte !== POINT;
    digitsFrom = start;
    digitsTo = at;
    let decimals = 0;
    if (!isWhole) {
      const point = at;
      byte = bytes[++at] ?? 0;
      while (byte >= ZERO && byte <= NINE) {
        sum = sum * 10 + byte - ZERO;
        if (byte !== ZERO) digitsTo = at + 1;
        byte = bytes[++at] ?? 0;
      }
      decimals = at - point - 1;
      if (decimals === 0) return false;
      digits += decimals;
    }
    // An exponent.
    if (byte === 0x65 || byte === 0x45) return false;
    if (digits > SAFE_DIGITS) {
      value = Number(bytes.toString('latin1', start, at));
      if (!Number.isFinite(value)) return false;
      digitsFrom = -1;
    } else {
      // Both are exact, so the quotient is the double nearest to the decimal.
      const magnitude = sum / (POWERS[decimals] ?? 1);
      value = isNegative ? -magnitude : magnitude;
      if (magnitude < LEAST_PLAIN && magnitude > 0) digitsFrom = -1;
    }
    if (value === 0) {
      value = 0;
      if (isNegative) digitsFrom = -1;
    }
    return true;
  }

  function isKeyAt(key: PlanKey): boolean {
    const wanted = key.bytes;
    for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
    return true;
  }

  function readKey(plan: Plan): PlanKey | undefined {
    const start = at;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return undefined;
      at++;
    }
    return plan.keyNamed(bytes.toString('latin1', start, at++));
  }

  function take(key: PlanKey): boolean {
    if (key.reported !== undefined) found.reported[found.reports++] = key.reported;
    if (key.is === 'aside') {
      const place = found.asides++;
      found.asideKeys[place] = key;
      found.asideValues[place] = value;
      found.asideOf[place] = found.count;
      return true;
    }
    if (key.is === 'field') {
      const good = key.judge(value);
      if (good === undefined) return false;
      const place = found.size++;
      found.values[place] = good === 0 ? 0 : good;
      found.from[place] = key.isPlain ? digitsFrom : -1;
      found.to[place] = digitsTo;
      return true;
    }
    if (!isWhole || !Number.isSafeInteger(value)) return false;
    (key.is === 'time' ? found.times : found.seqs)[found.count] = value;
    return true;
  }

  /** From behind its brace to behind the other. */
  function readReading(plan: Plan, context: TimeContext): boolean {
    const { count } = found;
    const sizeBefore = found.size;
    const { expected } = plan;
    const scan = ++plan.scan;
    found.times[count] = Number.NaN;
    found.seqs[count] = Number.NaN;
    keys = 0;
    let isExpected = expected !== undefined;
    for (;;) {
      if (skipBlanks() !== QUOTE) return false;
      at++;
      let key = isExpected ? expected?.keys[keys] : undefined;
      if (key !== undefined && isKeyAt(key)) at += key.bytes.length;
      else {
        isExpected = false;
        key = readKey(plan);
      }
      if (key === undefined) return false;
      const { meaningOf: sent = key } = key;
      if (sent.seenIn === scan) return false;
      sent.seenIn = scan;
      if (skipBlanks() !== COLON) return false;
      at++;
      skipBlanks();
      if (!readNumber()) return false;
      const meant = key.choose === undefined ? key : key.choose(value);
      if (!take(meant)) return false;
      if (meant !== expected?.keys[keys]) isExpected = false;
      sequence[keys++] = meant;
      const next = skipBlanks();
      at++;
      if (next === BRACE_END) break;
      if (next !== COMMA) return false;
    }
    const time = found.times[count] ?? Number.NaN;
    if (found.size === sizeBefore || !isBelieved(time, context)) return false;
    const isSame = isExpected && expected?.keys.length === keys;
    const layout = isSame && expected !== undefined ? expected : plan.layoutOf(sequence.slice(0, keys));
    // Two keys of one field: which of them counts is for the long way to say.
    if (layout.isTwofold) return false;
    plan.expected = layout;
    found.layouts[count] = layout;
    found.count = count + 1;
    return true;
  }

  function readAll(plan: Plan, context: TimeContext): boolean {
    const opening = skipBlanks();
    at++;
    if (opening === BRACE) return readReading(plan, context);
    if (opening !== BRACKET) return false;
    for (;;) {
      if (skipBlanks() !== BRACE || found.count === MAX_READINGS) return false;
      at++;
      if (!readReading(plan, context)) return false;
      const next = skipBlanks();
      at++;
      if (next === BRACKET_END) return true;
      if (next !== COMMA) return false;
    }
  }

  return {
    found,
    scan(payload, plan, context) {
      bytes = payload;
      at = 0;
      found.count = 0;
      found.size = 0;
      found.asides = 0;
      found.reports = 0;
      if (!readAll(plan, context)) return false;
      skipBlanks();
      return at >= payload.length;
    },
  };
}
