import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../ingest/json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));
const reasonOf = (payload: Uint8Array) => {
  const outcome = parseJson(payload);
  return outcome.ok ? undefined : outcome.reason;
};

describe('broken JSON gets a reason that a firmware author can act on', () => {
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ['{temperature:25}', /key without quotes \("temperature:"\).* at byte 1$/],
    ['{"a": 6.', /cut off inside a number at byte 6$/],
    ['{"a": 6', /cut off: } is missing at byte 7$/],
    ['{"a": ', /cut off: a value is missing/],
    ['{"a": "b', /cut off inside a text/],
    ["{'a': 1}", /single quotes.* at byte 1$/],
    ['{"a": NaN}', /NaN is not JSON: leave out/],
    ['{"a": inf}', /inf is not JSON: leave out/],
    ['{"a": -Infinity}', /-Infinity is not JSON: leave out/],
    ['{"a": 1,}', /comma before }/],
    ['[1, 2,]', /comma before ]/],
    ['{"a": 6.4 mg/L}', /comma or } expected/],
    ['{"a": 25°C}', /is not a JSON number|unit behind a number/],
    ['{"a": +5}', /leave the \+ out/],
    ['{"a": 007}', /leading zeros/],
    ['{"a": .5}', /0 before the point/],
    ['{"a": 1} {"b": 2}', /text behind the end/],
    ['temperature=25', /is not a JSON value/],
    ['{"温度": x}', /at byte 11$/],
  ];
  for (const [text, message] of cases) {
    it(`${text} → ${message.source}`, () => {
      const reason = reasonOf(Buffer.from(text));
      expect(reason?.code).toBe('PAYLOAD_NOT_JSON');
      expect(reason?.message).toMatch(message);
    });
  }

  it('agrees with JSON.parse on what is JSON, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          let isJson = true;
          try {
            JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
          } catch {
            isJson = false;
          }
          const outcome = parse(text);
          const wasBounded = !outcome.ok && outcome.reason.code === 'PAYLOAD_TOO_DEEP';
          expect(outcome.ok || wasBounded).toBe(isJson || wasBounded);
        },
      ),
    );
  });
});

describe('a payload is refused before memory is spent on it', () => {
  it('when it is nested too deep, whatever closes it', () => {
    expect(reasonOf(Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)))).toMatchObject({ code: 'PAYLOAD_TOO_DEEP' });
    expect(reasonOf(Buffer.from('{"a":'.repeat(10_000)))).toMatchObject({ code: 'PAYLOAD_TOO_DEEP' });
  });

  it('but brackets inside of texts do not count', () => {
    expect(parse(JSON.stringify({ note: `\\"${'['.repeat(100)}` })).ok).toBe(true);
  });

  it('when it has too many keys', () => {
    expect(reasonOf(Buffer.from(`{${'"a":1,'.repeat(100_001)}"b":1}`))).toMatchObject({
      code: 'PAYLOAD_TOO_MANY_KEYS',
    });
  });

  it('when it is empty or not UTF-8', () => {
    expect(reasonOf(new Uint8Array())).toMatchObject({ code: 'PAYLOAD_EMPTY' });
    expect(reasonOf(Buffer.from([0xff, 0xfe, 0, 1]))).toMatchObject({ code: 'PAYLOAD_NOT_UTF8' });
  });

  it('and a byte order mark is no reason', () => {
    expect(parse('\ufeff{"a": 1}')).toEqual({ ok: true, value: { a: 1 } });
  });
});
