/** What real devices send, and what is right. The inputs are in test/data/cases; each stands for its whole kind. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../registry/registry.ts';
import { openParts } from './parts.ts';

const RECEIVED = Date.UTC(2026, 10, 28, 12, 0, 0);

interface Case {
  readonly kind: string;
  readonly mapping?: Mapping;
  readonly payloads?: readonly unknown[];
  readonly hex?: readonly string[];
}

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../data/cases/${name}/case.json`, import.meta.url), 'utf8')) as Case;

interface Sent extends Partial<Case> {
  readonly receivedAt?: number;
}

async function send(given: Sent) {
  const { kind = 'aquaculture_pond', mapping, payloads = [], hex = [], receivedAt = RECEIVED } = given;
  const parts = await openParts();
  await parts.addDevice('probe', { kind, ...(mapping !== undefined && { mapping }) });
  for (const [index, payload] of payloads.entries())
    await parts.publish('probe', payload, { receivedAt: receivedAt + index });
  for (const text of hex) await parts.publish('probe', Buffer.from(text, 'hex'), { receivedAt });
  const readings = [...(await parts.stored())].sort((a, b) => a.time - b.time);
  return {
    parts,
    values: readings.map(({ values }) => values),
    times: readings.map(({ time }) => new Date(time).toISOString()),
    readings,
    told: parts.told,
    codes: parts.told.map(({ code, field }) => `${code} ${field ?? ''}`.trim()).sort(),
    texts: parts.told.map(({ message }) => message).join('\n'),
  };
}

const sendCase = (name: string, more: Sent = {}) => send({ ...load(name), ...more });

describe('the time of measurement', () => {
  it('stands under Time, Timestamp, created_at, in any spelling', async () => {
    const { times, values } = await sendCase('a02-tasmota-Time');
    expect(times).toEqual(
      [
        '2026-09-20T01:00:00.000Z',
        new Date(1_790_000_000_000).toISOString(),
        '2026-11-27T19:00:00.000Z',
        '2026-11-27T19:05:00.000Z',
        '2026-11-27T19:10:00.000Z',
      ].sort(),
    );
    expect(values).toHaveLength(5);
  });

  it.each(['Time', 'TIMESTAMP', 'createdAt', 'received_at', 'measured-at', 'DateTime', 'sample_time', '采集时间'])(
    'also under %s',
    async (key) => {
      const { times, codes } = await send({ payloads: [{ [key]: '2026-11-28T10:00:00Z', do: 6.1 }] });
      expect(times).toEqual(['2026-11-28T10:00:00.000Z']);
      expect(codes).toEqual([]);
    },
  );

  it('under a key that only looks like one is told', async () => {
    const { codes } = await send({ payloads: [{ probeTimeOfDay: '10:00', do: 6.1 }] });
    expect(codes).toEqual(['FIELD_UNKNOWN probeTimeOfDay']);
  });

  it('counts local time where the mapping says so', async () => {
    const seconds = RECEIVED / 1000 + 28_800;
    const payloads = [{ time: seconds, do: 6.4 }];
    const told = await send({ ...load('a06-epoch-in-local-time'), payloads });
    expect(told.times).toEqual([new Date(RECEIVED).toISOString()]);
    expect(told.texts).toMatch(/time\.epoch to local/);
    const ruled = await send({
      mapping: { time: { epoch: 'local', utcOffsetMinutes: 480 } },
      payloads: [{ time: seconds - 86_400, do: 6.4 }],
    });
    expect(ruled.times).toEqual([new Date(RECEIVED - 86_400_000).toISOString()]);
    const without = await send({ payloads });
    expect(without.values).toEqual([]);
    expect(without.texts).toMatch(/time\.epoch to local/);
  });

  it('stands beside a value, in every wrapping', async () => {
    const { times, values } = await sendCase('b09-time-beside-value');
    expect(values).toEqual([{ dissolved_oxygen: 6.4 }]);
    expect(times).toEqual([new Date(1_789_990_000_000).toISOString()]);
    const several = await send({
      payloads: [{ DO: { value: 6.4, ts: 1_790_000_000_000 }, pH: { value: 7.8, ts: 1_790_000_060_000 } }],
    });
    expect(several.times).toEqual([1_790_000_000_000, 1_790_000_060_000].map((time) => new Date(time).toISOString()));
  });

  it('stands in the container of the values', async () => {
    const { times, values, codes } = await send({
      mapping: { keys: { 'data.x': 'ph' } },
      payloads: [{ data: { ts: 1_790_000_000_000, x: 7.4 } }],
    });
    expect([times, values, codes]).toEqual([[new Date(1_790_000_000_000).toISOString()], [{ ph: 7.4 }], []]);
  });

  it('of a format of its own is read as the mapping says', async () => {
    const mapping: Mapping = {
      time: { key: 'd.t', format: 'compact', utcOffsetMinutes: 480 },
      keys: { 'd.o': 'dissolved_oxygen' },
    };
    const { times, codes } = await send({ mapping, payloads: [{ d: { t: 20_261_128_180_000, o: 6.1 } }] });
    expect([times, codes]).toEqual([['2026-11-28T10:00:00.000Z'], []]);
  });
});

describe('nothing vanishes', () => {
  it('in a list of older readings', async () => {
    const { times, values } = await sendCase('b05-history-list');
    expect(values.map(({ air_temperature: celsius }) => celsius).sort()).toEqual([4, 4.1, 4.2, 4.3]);
    expect(times).toContain(new Date(1_795_840_000_000).toISOString());
    expect(times).toContain(new Date(1_795_850_000_000).toISOString());
  });

  it('in a list of another name, which is kept whole until a mapping names it', async () => {
    const payload = {
      temperature: 4.2,
      nightly: [
        { at: 1_795_840_000, t1: 4.1 },
        { at: 1_795_840_600, t1: 4.0 },
      ],
    };
    const { parts, codes, values } = await send({ kind: 'cold_chain', payloads: [payload] });
    expect(values).toEqual([{ air_temperature: 4.2 }]);
    expect(codes).toEqual(['FIELD_UNKNOWN nightly']);
    const [record] = await parts.records(1);
    await parts.registry.setMapping('tianyu', 'probe', {
      time: { key: 'at' },
      keys: { 'nightly[].t1': 'air_temperature', 'nightly[].at': null },
    });
    expect(await parts.quarantine.replay(record?.id ?? '')).toMatchObject({ accepted: 2 });
    const stored = await parts.stored();
    expect(stored.map(({ time }) => time).sort()).toEqual([1_795_840_000_000, 1_795_840_600_000, RECEIVED]);
  });

  it('in a container called device, model, params or unit', async () => {
    const { values } = await sendCase('b14-container-named-device');
    expect(values).toEqual([{ ph: 7.8, dissolved_oxygen: 6.4 }, { dissolved_oxygen: 6.4 }]);
    for (const name of ['device', 'model', 'params', 'unit']) {
      const { codes } = await send({ payloads: [{ ph: 7.8, [name]: { do: 6.4 } }] });
      expect(codes).toEqual([`FIELD_UNKNOWN ${name}.do`]);
    }
  });

  it('of a key that stands twice', async () => {
    const { values, codes, parts } = await send({ payloads: ['{"do": 6.1, "ph": 7.8, "do": 6.4}'] });
    expect(values).toEqual([{ dissolved_oxygen: 6.1, ph: 7.8 }]);
    expect(codes).toEqual(['FIELD_UNKNOWN do#2']);
    expect((await parts.records(1))[0]?.payload).toContain('6.4');
  });

  it('beside a value', async () => {
    const { codes } = await send({ payloads: [{ do: { value: 6.4, unit: 'mg/L', quality: 3 } }] });
    expect(codes).toEqual(['FIELD_UNKNOWN do.quality']);
  });

  it('of a position without a fix is stored', async () => {
    const { values, codes } = await send({ kind: 'cold_chain', payloads: [{ lat: 0, lon: 0, temp: 4 }] });
    expect(values).toEqual([{ air_temperature: 4 }]);
    expect(codes).toEqual(['VALUE_SENTINEL latitude', 'VALUE_SENTINEL longitude']);
  });
});

describe('advice', () => {
  it('names the signed register, never a scale that makes a freezer warm', async () => {
    const { values, texts } = await sendCase('a08-register-below-zero');
    expect(values).toEqual([]);
    expect(texts).toMatch(/i16/);
    expect(texts).not.toMatch(/scale to/);
    const mapping: Mapping = { keys: { reg0: { field: 'air_temperature', scale: 0.1, as: 'i16' } } };
    expect((await sendCase('a08-register-below-zero', { mapping })).values).toEqual([{ air_temperature: -18.5 }]);
  });

  it('takes oxygen of 62 for saturation, and stores it as such when the unit says so', async () => {
    const { values, texts, codes } = await sendCase('a20-oxygen-in-percent');
    expect(values).toMatchObject([{ oxygen_saturation: 85 }]);
    expect(codes).toEqual(['VALUE_OUT_OF_RANGE dissolved_oxygen', 'VALUE_OUT_OF_RANGE dissolved_oxygen']);
    expect(texts.match(/Map the key to oxygen_saturation/g)).toHaveLength(2);
    expect(texts).not.toMatch(/scale/);
  });

  it('of a running total names the counter, and never a scale', async () => {
    const { texts } = await send({ kind: 'paddy_water', payloads: [{ rain: 1234 }] });
    expect(texts).toMatch(/counter to true/);
    expect(texts).not.toMatch(/scale/);
  });
});

describe('a key that leaves something open', () => {
  it('its medium: a soil probe does not measure water', async () => {
    const { values, codes, parts } = await sendCase('b03-soil-probe-on-paddy');
    expect(values).toEqual([{ battery_level: 92, soil_moisture: 46.5 }]);
    expect(codes).toEqual(['FIELD_AMBIGUOUS ec', 'FIELD_AMBIGUOUS temperature']);
    const [record] = await parts.records(1);
    await parts.registry.setMapping('tianyu', 'probe', { keys: { temperature: 'soil_temperature', ec: 'soil_ec' } });
    expect(await parts.quarantine.replay(record?.id ?? '')).toMatchObject({ accepted: 1 });
    expect((await parts.stored()).map((each) => each.values)).toEqual([
      { battery_level: 92, soil_moisture: 46.5, soil_temperature: 21.4, soil_ec: 412 },
    ]);
  });

  it('its unit: 63 is not 63 mm, 3.61 is not 3.61 %', async () => {
    const { values, codes, texts } = await sendCase('b04-depth-in-cm');
    expect(values).toEqual([{ battery_level: 92 }, { dissolved_oxygen: 6.4 }]);
    expect(codes).toEqual(['FIELD_AMBIGUOUS battery', 'FIELD_AMBIGUOUS depth']);
    expect(texts).toMatch(/3\.61 V of battery_voltage/);
    const mapping: Mapping = { keys: { depth: { field: 'water_level', unit: 'cm' }, battery: 'battery_voltage' } };
    expect((await send({ mapping, payloads: [{ depth: 120, battery: 3.61 }] })).values).toEqual([
      { water_level: 1200, battery_voltage: 3.61 },
    ]);
    expect((await send({ payloads: [{ depth: { value: 1.2, unit: 'm' } }] })).values).toEqual([{ water_level: 1200 }]);
    expect((await send({ payloads: [{ depth: 1250 }] })).codes).toEqual([]);
    expect((await send({ payloads: [{ do: 6, battery: 24 }] })).codes).toEqual(['FIELD_AMBIGUOUS battery_level']);
  });
});

describe('a format', () => {
  it('ChirpStack v4', async () => {
    const { readings, codes, parts } = await sendCase('b01-chirpstack-v4');
    expect(readings).toMatchObject([
      {
        time: Date.parse('2026-11-28T08:00:14.405Z'),
        seq: 117,
        values: { water_level: 630, battery_level: 100, rssi: -97 },
      },
    ]);
    expect(codes).toEqual([]);
    await parts.publish('probe', load('b01-chirpstack-v4').payloads?.[0], { receivedAt: RECEIVED + 9000 });
    expect(await parts.row('probe')).toMatchObject({ received: 2, stored: 1, duplicate: 1 });
  });

  it('The Things Stack with texts that carry their unit', async () => {
    const { readings, codes } = await sendCase('b02-tts-dragino-units');
    expect(readings).toMatchObject([
      {
        time: Date.parse('2026-11-28T08:10:32.800Z'),
        seq: 7,
        values: { soil_temperature: 21.11, soil_moisture: 45.2 },
      },
    ]);
    expect(codes).toEqual([]);
    const wrong = await send({
      kind: 'paddy_water',
      mapping: { acceptStrings: true },
      payloads: [{ soil_moisture: '21.11 °C', soil_temp: 20 }],
    });
    expect(wrong.codes).toEqual(['UNIT_MISMATCH soil_moisture']);
    const simulated = {
      simulated: true,
      end_device_ids: { device_id: 'x' },
      uplink_message: { decoded_payload: { ph: 7 } },
    };
    expect((await send({ payloads: [simulated] })).codes).toEqual(['READING_SIMULATED']);
  });

  it('OneNET, all three generations', async () => {
    const { times, values, codes } = await sendCase('b08-onenet');
    expect(codes).toEqual([]);
    expect(values).toHaveLength(4);
    expect(times).toEqual(
      [
        '2026-11-28T08:00:00.000Z',
        ...[1_795_851_000_123, 1_795_851_060_000].map((time) => new Date(time).toISOString()),
        new Date(RECEIVED + 1).toISOString(),
      ].sort(),
    );
  });

  it('Modbus frames', async () => {
    const { parts, texts, values } = await sendCase('b11-modbus-frame');
    const records = await parts.records(2);
    expect(values).toEqual([]);
    expect(records.map(({ reason }) => reason.code)).toEqual(['FRAME_UNMAPPED', 'FRAME_UNMAPPED']);
    expect(texts).toMatch(/looks like a Modbus answer \(slave 1, function 3, 2 registers/);
    expect(texts).not.toMatch(/zero/);
    expect(JSON.stringify(records)).toMatch(/0103083ECCCCCD41C19999/);
  });

  it('Shelly of the second generation', async () => {
    const { times, values, codes } = await sendCase('b13-shelly-gen2');
    expect([times, values, codes]).toEqual([
      [new Date(1_795_840_061_420).toISOString()],
      [{ air_temperature: 4.1 }],
      [],
    ]);
  });
});
