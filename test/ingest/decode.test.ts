import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, MAX_READINGS } from '../../ingest/decode.ts';
import { FORMATS } from '../../ingest/decoders/table.ts';

function readingsOf(value: unknown, envelope?: string) {
  const outcome = decode(Buffer.from(JSON.stringify(value)), { mapping: envelope === undefined ? {} : { envelope } });
  if (!outcome.ok) throw new Error(outcome.reason.message);
  return outcome.value.map(({ time, age, seq, values }) => ({ time, age, seq, values }));
}

const codeOf = (text: string) => {
  const outcome = decode(Buffer.from(text));
  return outcome.ok ? 'accepted' : outcome.reason.code;
};

describe('our own payloads', () => {
  it('are one object with its time and number', () => {
    const payload = { time: 1_763_900_000_000, seq: 17, dissolved_oxygen: 6.42 };
    expect(readingsOf(payload)).toMatchObject([
      { time: 1_763_900_000_000, seq: 17, values: { dissolved_oxygen: 6.42 } },
    ]);
  });

  it('or an array of objects, in their order', () => {
    expect(
      readingsOf([
        { ts: 1, ph: 7 },
        { timestamp: 2, ph: 8 },
      ]).map(({ time }) => time),
    ).toEqual([1, 2]);
  });

  it('or {ts, m} with a batch of older ones, which come first', () => {
    const payload = {
      ts: 3,
      m: { ph: 7 },
      batch: [
        { ts: 1, m: { ph: 5 } },
        { ts: 2, m: { ph: 6 } },
      ],
    };
    expect(readingsOf(payload)).toMatchObject([
      { time: 1, values: { ph: 5 } },
      { time: 2, values: { ph: 6 } },
      { time: 3, values: { ph: 7 } },
    ]);
  });

  it('keep values that stand beside a wrapping or a batch', () => {
    expect(readingsOf({ ts: 5, values: { DO: 6.5 }, ph: 7 })).toMatchObject([{ time: 5, values: { DO: 6.5, ph: 7 } }]);
    expect(readingsOf({ ts: 5, ph: 7, batch: [{ ts: 4, ph: 6 }] })).toMatchObject([
      { time: 4, values: { ph: 6 } },
      { time: 5, values: { ph: 7 } },
    ]);
    expect(readingsOf({ batch: [{ ts: 4, ph: 6 }] })).toHaveLength(1);
  });

  it('are refused whole when there is no object in them', () => {
    expect(codeOf('42')).toBe('PAYLOAD_NOT_AN_OBJECT');
    expect(codeOf('null')).toBe('PAYLOAD_NOT_AN_OBJECT');
    expect(codeOf('[{"ph": 7}, 8]')).toBe('PAYLOAD_NOT_AN_OBJECT');
    expect(codeOf('[]')).toBe('PAYLOAD_EMPTY');
    expect(codeOf(JSON.stringify(Array(MAX_READINGS + 1).fill({ ph: 7 })))).toBe('PAYLOAD_TOO_MANY_READINGS');
    expect(codeOf(JSON.stringify(Object.fromEntries([...Array(300).keys()].map((key) => [`k${key}`, 1]))))).toBe(
      'PAYLOAD_TOO_MANY_KEYS',
    );
  });
});

describe('wrappings of vendors are told apart by their shape', () => {
  it('ThingsBoard: {ts, values}, alone or in an array', () => {
    expect(readingsOf({ ts: 5, values: { DO: 6.5 } })).toMatchObject([{ time: 5, values: { DO: 6.5 } }]);
    expect(
      readingsOf([
        { ts: 5, values: { DO: 6.5 } },
        { ts: 6, values: { DO: 6.6 } },
      ]),
    ).toHaveLength(2);
  });

  it('ThingsBoard history: {key: [{ts, value}]}, joined by time', () => {
    const payload = {
      DO: [
        { ts: 1, value: 6 },
        { ts: 2, value: 7 },
      ],
      PH: [{ ts: 1, value: 8 }],
    };
    expect(readingsOf(payload)).toMatchObject([
      { time: 1, values: { DO: 6, PH: 8 } },
      { time: 2, values: { DO: 7 } },
    ]);
  });

  it('Alink: a property post, with bare values or with values that carry their time', () => {
    const wrap = (params: unknown) => ({ id: '1', version: '1.0', params, method: 'thing.event.property.post' });
    expect(readingsOf(wrap({ DO: 6.5, PH: 7 }))).toMatchObject([{ time: undefined, values: { DO: 6.5, PH: 7 } }]);
    expect(readingsOf(wrap({ DO: { value: 6.5, time: 9 }, PH: { value: 7, time: 9 } }))).toMatchObject([
      { time: 9, values: { DO: 6.5, PH: 7 } },
    ]);
  });

  it('Alink: a history post, one reading for each set of properties', () => {
    const properties = [{ DO: { value: 6, time: 1 } }, { DO: { value: 7, time: 2 } }];
    const payload = { id: '1', version: '1.0', params: [{ identity: {}, properties }] };
    expect(readingsOf(payload)).toMatchObject([
      { time: 1, values: { DO: 6 } },
      { time: 2, values: { DO: 7 } },
    ]);
  });

  it('but not when the mapping says that there is none', () => {
    expect(readingsOf({ ts: 5, values: { DO: 6.5 } }, 'none')).toMatchObject([
      { values: { ts: 5, values: { DO: 6.5 } } },
    ]);
  });
});

describe('decoding', () => {
  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof decode(bytes).ok === 'boolean'));
  });

  it('never throws, whatever the JSON, in any wrapping', () => {
    const keys = fc.constantFrom(
      'ts',
      'values',
      'params',
      'method',
      'properties',
      'm',
      'batch',
      'value',
      'time',
      'DO',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree')),
        fc.dictionary(keys, tie('tree')),
      ),
    }));
    const envelopes = fc.constantFrom(...FORMATS);
    fc.assert(
      fc.property(tree, envelopes, (value, envelope) => {
        const outcome = decode(Buffer.from(JSON.stringify(value)), {
          mapping: envelope === undefined ? {} : { envelope },
        });
        return !outcome.ok || outcome.value.length > 0;
      }),
    );
  });
});
