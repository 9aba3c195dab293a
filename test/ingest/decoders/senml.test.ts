/** SenML by RFC 8428: its own examples, JSON and CBOR, and what it forbids. */
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../ingest/decode.ts';

const context = { channel: 'telemetry/senml', receivedAt: Date.UTC(2026, 10, 28) };

function readingsOf(pack: unknown) {
  const outcome = decode(pack instanceof Uint8Array ? pack : Buffer.from(JSON.stringify(pack)), context);
  if (!outcome.ok) throw new Error(`${outcome.reason.code} ${outcome.reason.message}`);
  return outcome.value.map(({ time, age, values }) => ({ time, age, values }));
}

const refusalOf = (pack: unknown) => {
  const outcome = decode(Buffer.from(JSON.stringify(pack)), context);
  return outcome.ok ? 'accepted' : `${outcome.reason.code} ${outcome.reason.position ?? ''} ${outcome.reason.message}`;
};

describe('SenML as RFC 8428 shows it', () => {
  it('a single data point (5.1.1): its name ends in what is measured', () => {
    expect(readingsOf([{ n: 'urn:dev:ow:10e2073a01080063', u: 'Cel', v: 23.1 }])).toEqual([
      { time: undefined, age: undefined, values: { 'urn:dev:ow:10e2073a01080063': { value: 23.1, unit: 'Cel' } } },
    ]);
  });

  it('several data points (5.1.2): one reading a time', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a01080063:', n: 'voltage', u: 'V', v: 120.1 },
      { n: 'current', u: 'A', v: 1.2 },
    ];
    expect(readingsOf(pack)).toEqual([
      {
        time: undefined,
        age: undefined,
        values: { voltage: { value: 120.1, unit: 'V' }, current: { value: 1.2, unit: 'A' } },
      },
    ]);
    const timed = [
      { bn: 'urn:dev:ow:10e2073a0108006:', bt: 1.276020076001e9, bu: 'A', bver: 5, n: 'voltage', u: 'V', v: 120.1 },
      { n: 'current', t: -5, v: 1.2 },
      { n: 'current', t: -4, v: 1.3 },
      { n: 'current', v: 1.7 },
    ];
    expect(readingsOf(timed)).toEqual([
      {
        time: 1276020076001,
        age: undefined,
        values: { voltage: { value: 120.1, unit: 'V' }, current: { value: 1.7, unit: 'A' } },
      },
      { time: 1276020071001, age: undefined, values: { current: { value: 1.2, unit: 'A' } } },
      { time: 1276020072001, age: undefined, values: { current: { value: 1.3, unit: 'A' } } },
    ]);
  });

  it('times below 2^28 count from now: ago is an age (4.5.3)', () => {
    expect(
      readingsOf([
        { bn: 'dev:', n: 'ph', bt: -3600, v: 7 },
        { n: 'ph', t: 3600, v: 8 },
      ]),
    ).toEqual([
      { time: undefined, age: 3600, values: { ph: 7 } },
      { time: undefined, age: undefined, values: { ph: 8 } },
    ]);
    expect(readingsOf([{ n: 'ph', t: 2 ** 28, v: 7 }])).toMatchObject([{ time: 2 ** 28 * 1000 }]);
  });

  it('base values and sums are added, booleans, texts and data are values (5.1.4)', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a01080063:', n: 'temp', u: 'Cel', bv: 20, v: 0.1 },
      { n: 'label', vs: 'Machine Room' },
      { n: 'open', vb: false },
      { n: 'nfv', vd: 'aGkgCg' },
      { n: 'flow', bs: 100, s: 2.5 },
    ];
    expect(readingsOf(pack)).toMatchObject([
      {
        values: { temp: { value: 20.1, unit: 'Cel' }, label: 'Machine Room', open: false, nfv: 'aGkgCg', flow: 102.5 },
      },
    ]);
  });

  it('CBOR with integer labels says the same (6), halves and decimal fractions too', () => {
    const pack = [
      new Map<unknown, unknown>([
        [-2, 'urn:dev:'],
        [-3, 1795840000],
        [-4, 'Cel'],
        [0, 'temp'],
        [2, 24.25],
      ]),
      new Map<unknown, unknown>([
        [0, 'ph'],
        [1, 'pH'],
        [6, 60],
        [2, 7],
      ]),
    ];
    expect(readingsOf(encode(pack))).toEqual([
      { time: 1795840000000, age: undefined, values: { temp: { value: 24.25, unit: 'Cel' } } },
      { time: 1795840060000, age: undefined, values: { ph: { value: 7, unit: 'pH' } } },
    ]);
    // [{0: "ph", 2: 4([-2, 781])}] and [{0: "ph", 2: half 7.5}]
    expect(readingsOf(Buffer.from('81a200627068 02c48221 19030d'.replaceAll(' ', ''), 'hex'))).toMatchObject([
      { values: { ph: 7.81 } },
    ]);
    expect(readingsOf(Buffer.from('81a20062706802f94780', 'hex'))).toMatchObject([{ values: { ph: 7.5 } }]);
  });
});

describe('SenML that the RFC forbids is refused, and the record is named', () => {
  it.each([
    [
      [
        { n: 'ph', v: 7 },
        { n: 'x', v: 1, danger_: 1 },
      ],
      /^PAYLOAD_NOT_SENML 1 .*danger_/,
    ],
    [[{ n: 'ph', v: 7, vs: 'x' }], /exactly one/],
    [[{ n: 'ph' }], /exactly one/],
    [[{ n: '-ph', v: 7 }], /begin with a letter/],
    [[{ v: 7 }], /name/],
    [[{ bver: 11, n: 'ph', v: 7 }], /version 11/],
    [
      [
        { bver: 10, n: 'ph', v: 7 },
        { bver: 5, n: 'ph', v: 7 },
      ],
      /version 5/,
    ],
    [[{ n: 'ph', v: '7' }], /no number/],
    [[{ n: 'ph', vb: 1 }], /neither true nor false/],
    [[{ bn: 'x' }], /base values only/],
    [{}, /list of records/],
    [[7], /no object/],
  ])('%j', (pack, message) => {
    expect(refusalOf(pack)).toMatch(message);
  });

  it('but labels that are not known are left alone (4.4)', () => {
    expect(refusalOf([{ n: 'ph', v: 7, foo: 1 }])).toBe('accepted');
  });
});

describe('CBOR', () => {
  const plain = (hex: string) => decode(Buffer.from(hex, 'hex'), { channel: 'telemetry/cbor' });

  it('holds what JSON would', () => {
    const payload = encode({ time: 1795840000000, ph: 7.81, data: { list: [1, 2] }, raw: new Uint8Array([1, 255]) });
    expect(decode(payload, { channel: 'telemetry/cbor' })).toMatchObject({
      value: [{ time: 1795840000000, values: { ph: 7.81, data: { list: [1, 2] }, raw: '01ff' } }],
    });
  });

  it('that is cut off, has twin keys, another tag or no end of nesting is refused', () => {
    const codes = ['a1', 'a2627068076270680 8'.replace(' ', ''), 'c900', '81'.repeat(30_000), '9a7fffffff', ''].map(
      (hex) => {
        const outcome = plain(hex);
        return outcome.ok ? 'accepted' : outcome.reason.code;
      },
    );
    expect(codes).toEqual([
      'PAYLOAD_NOT_CBOR',
      'PAYLOAD_NOT_CBOR',
      'PAYLOAD_NOT_CBOR',
      'PAYLOAD_TOO_DEEP',
      'PAYLOAD_NOT_CBOR',
      'PAYLOAD_EMPTY',
    ]);
  });
});
