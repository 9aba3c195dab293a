/** One line an input: makers, spellings, zones, units and nestings beside those of the cases; what is taken, what is told, what is never advised. */
import { describe, expect, it } from 'vitest';
import { crcBytes } from '../../ingest/decoders/modbus.ts';
import { tryMapping } from '../../ingest/try-mapping.ts';
import type { Mapping } from '../../registry/registry.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();
const RECEIVED = Date.UTC(2026, 10, 28, 12);
const AT = 1_795_840_000_000;
const S = AT / 1000;

interface More {
  readonly kind?: string;
  readonly mapping?: Mapping;
}

function taken(payload: unknown, { kind: name = 'aquaculture_pond', mapping }: More = {}) {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const device = { park: 'tianyu', id: 'probe', site: 'pond', kind: name };
  const { readings, told, proposals } = tryMapping({ device, kind, mapping, payload: bytes, receivedAt: RECEIVED });
  return {
    stored: readings.map(({ time, values: { oxygen_saturation: saturation, unionised_ammonia: _, ...values } }) => [
      time === RECEIVED ? 'now' : time,
      // Derived where there is oxygen; sent where there is none.
      values.dissolved_oxygen === undefined && saturation !== undefined
        ? { ...values, oxygen_saturation: saturation }
        : values,
    ]),
    codes: told.map(({ code, field }) => `${code} ${field ?? ''}`.trim()),
    text: told.map(({ message }) => message).join('\n'),
    proposals: proposals.map(({ key, target }) => [key, target]),
  };
}

const beijing: More = { mapping: { utcOffsetMinutes: 480 } };
const DO = { dissolved_oxygen: 6.1 };

describe('the time is taken from', () => {
  it.each<[string, object, More?]>([
    ['a text of seconds', { ts: String(S) }],
    ['an offset without a colon', { datetime: '2026-11-28T12:26:40+0800' }],
    ['an offset of hours', { dateTime: '2026-11-28T12:26:40+08' }],
    ['a key in capitals', { TS: S }],
    ['seconds with a fraction', { time: S + 0.0 }],
    ['date and time apart', { date: '2026-11-28', time: '12:26:40' }, beijing],
    ['date and time apart, in Chinese', { 日期: '2026-11-28', 时间: '12:26:40' }, beijing],
    [
      'a key that says UTC, whatever the mapping says of local times',
      { timestamp_utc: '2026-11-28 04:26:40' },
      beijing,
    ],
    ['a key that says UTC', { utc_time: '2026-11-28 04:26:40' }],
    ['a key that says UTC, in one word', { dateutc: '2026-11-28 04:26:40' }],
    ['a key that says UTC, in camels', { timeStampUtc: '2026-11-28T04:26:40' }],
    ['unixtime', { unixtime: S }],
    ['the first of two', { ts: AT, Timestamp: AT - 3_600_000 }],
    ['an age', { age: (RECEIVED - AT) / 1000 }],
  ])('%s', (_, time, more) => {
    expect(taken({ ...time, do: 6.1 }, more)).toMatchObject({ stored: [[AT, DO]], codes: [] });
  });

  it.each<[string, object, RegExp, RegExp?]>([
    ['a text without an offset', { time: '2026-11-28 12:26:40' }, /utcOffsetMinutes/],
    ['microseconds', { ts: AT * 1000 }, /microseconds/],
    ['a day and month in doubt', { time: '03/11/2026 12:26:40' }, /RFC 3339/],
    ['the name of a zone', { time: '2026-11-28 12:26:40 CST' }, /zone names/],
    ['a year of two digits', { time: '261128122640' }, /yyMMddHHmmss/, /clock/],
    ['a time of day alone', { time: '12:26:40' }, /RFC 3339/],
    ['a clock that was never set', { time: 0 }, /clock/],
    ['a text that is none', { time: 'N/A' }, /RFC 3339/],
    ['Beijing time with a Z, which no epoch rule mends', { time: '2026-11-28T20:00:00Z' }, /\+08:00/, /epoch/],
    ['Beijing time as an epoch', { ts: RECEIVED + 28_800_000 }, /time\.epoch to local/],
  ])('and refused of %s', (_, time, text, never = /^$/) => {
    const found = taken({ ...time, do: 6.1 });
    expect(found.stored).toEqual([]);
    expect(found.text).toMatch(text);
    expect(found.text).not.toMatch(never);
  });

  it.each<[string, object, string]>([
    ['of the zone', { utc: 8 }, 'FIELD_UNKNOWN utc'],
    ['of the next upload', { next_upload_time: AT }, 'FIELD_UNKNOWN next_upload_time'],
    ['of the calibration', { calibrated_at: AT }, 'FIELD_UNKNOWN calibrated_at'],
    ['of a fix, in a container of its own', { gps: { time: AT, lat: 31 } }, 'FIELD_UNKNOWN gps.lat'],
    ['that the receiver counts', { tmst: 3_512_348_611 }, 'FIELD_UNKNOWN tmst'],
  ])('but not from one %s', (_, other, code) => {
    expect(taken({ do: 6.1, ...other })).toMatchObject({ stored: [['now', DO]], codes: [code] });
  });
});

describe('a unit', () => {
  it.each<[string, unknown, object, More?]>([
    ['in a text', { do: '6.42 mg/l' }, { dissolved_oxygen: 6.42 }, { mapping: { acceptStrings: true } }],
    ['of the sibling, in a text', { do: '92.4%' }, { oxygen_saturation: 92.4 }, { mapping: { acceptStrings: true } }],
    ['in words', { water_temp: { value: 24, unit: 'degrees C' } }, { water_temperature: 24 }],
    ['in one character', { water_temp: { value: 75.2, unit: '℉' } }, { water_temperature: 24 }],
    ['as a symbol', { water_temp: { value: 41, symbol: '°F' } }, { water_temperature: 5 }],
    ['as a code of UN/CEFACT', { water_temp: { value: 41, unitCode: 'FAH' } }, { water_temperature: 5 }],
    ['of pH', { ph: { value: 7.4, unit: 'pH units' } }, { ph: 7.4 }],
    ['at 25 °C', { ec: { value: 650, unit: 'µS/cm@25°C' } }, { specific_conductance: 650 }],
    ['of SenML', [{ n: 'ec', u: 'S/m', v: 0.065 }], { specific_conductance: 650 }],
    [
      'beside, against that of the mapping',
      { d: { value: 63, unit: 'cm' } },
      { water_level: 630 },
      { mapping: { keys: { d: { field: 'water_level', unit: 'm' } } } },
    ],
    [
      'of a list',
      { values: { do: 92, water_temp: 75.2 }, units: { do: '%', water_temp: 'F' } },
      { oxygen_saturation: 92, water_temperature: 24 },
    ],
    [
      'of speed',
      { speed: { value: 10, unit: 'm/s' }, temp: 4 },
      { speed: 36, air_temperature: 4 },
      { kind: 'cold_chain' },
    ],
  ])('%s', (_, payload, values, more) => {
    expect(taken(payload, more)).toMatchObject({ stored: [['now', values]], codes: [] });
  });

  it.each<[string, unknown, string, More?]>([
    ['that measures something else', { ec: { value: 320, unit: 'ppm' } }, 'UNIT_MISMATCH specific_conductance'],
    [
      'nobody knows',
      { wind_speed: { value: 4, unit: 'bft' } },
      'UNIT_MISMATCH wind_speed',
      { kind: 'weather_station' },
    ],
    ['of SenML that does not fit', [{ n: 'ph', u: 'Cel', v: 7.1 }], 'UNIT_MISMATCH ph'],
  ])('%s is refused by name', (_, payload, code, more) => {
    expect(taken(payload, more)).toMatchObject({ stored: [], codes: [code] });
  });

  it('that a key ends in is proposed, and not taken in silence', () => {
    expect(taken({ ph: 7, water_temp_f: 75.2, depth_cm: 63, battery_mV: 3610 })).toMatchObject({
      stored: [['now', { ph: 7 }]],
      proposals: [
        ['water_temp_f', { field: 'water_temperature', unit: 'f' }],
        ['depth_cm', { field: 'water_level', unit: 'cm' }],
        ['battery_mV', { field: 'battery_voltage', unit: 'mV' }],
      ],
    });
  });
});

describe('what a name leaves open', () => {
  it.each<[string, object, object[], RegExp, More?]>([
    [
      'a share as a fraction',
      { vwc: 0.45 },
      [{ field: 'soil_moisture', unit: 'm3/m3' }],
      /0\.45 m3\/m3/,
      { kind: 'paddy_water' },
    ],
    [
      'a humidity as a fraction',
      { rh: 0.815 },
      [{ field: 'air_humidity', unit: 'ratio' }],
      /ratio/,
      { kind: 'cold_chain' },
    ],
    ['a battery in millivolts', { battery: 3300 }, [{ field: 'battery_voltage', unit: 'mV' }], /3300 mV/],
    ['a battery as a fraction', { battery: 0.92 }, [{ field: 'battery_level', unit: 'ratio' }], /ratio/],
    ['a conductivity', { ec: 0.65 }, [{ field: 'specific_conductance', unit: 'mS/cm' }], /mS\/cm/],
  ])('%s is withheld, with what would make it usual', (_, payload, targets, text, more) => {
    const found = taken(payload, more);
    expect(found.stored).toEqual([]);
    expect(found.text).toMatch(text);
    expect(found.proposals.map(([, target]) => target)).toEqual(targets);
  });

  it('a flow is taken, and its doubt is told', () => {
    const found = taken({ flow: 30 }, { kind: 'paddy_water' });
    expect(found).toMatchObject({
      stored: [['now', { irrigation_flow: 30 }]],
      codes: ['FIELD_AMBIGUOUS irrigation_flow'],
    });
    expect(found.text).toMatch(/L\/min/);
  });

  it('nothing is nothing in any unit, and a share is a share', () => {
    const paddy = { kind: 'paddy_water' };
    expect(taken({ vwc: 0 }, paddy)).toMatchObject({ stored: [['now', { soil_moisture: 0 }]], codes: [] });
    expect(taken({ vwc: 46.527 }, paddy)).toMatchObject({ stored: [['now', { soil_moisture: 46.527 }]], codes: [] });
  });
});

describe('advice', () => {
  it.each<[string, object, RegExp, RegExp?, More?]>([
    [
      'of a scaled register names both that it may be',
      { do: 640 },
      /scale to 0\.01.*; or oxygen saturation scaled by 10\? 64 %/,
    ],
    [
      'of a wind in km/h names no scale',
      { wind_speed: 75 },
      /kilometres an hour/,
      /scale to/,
      { kind: 'weather_station' },
    ],
    ['of a modem names CSQ', { do: 6, signal: 21 }, /CSQ.*scale to 2 and offset to -113/],
    ['of a humidity in tenths', { rh: 815 }, /scale to 0\.1/, /^$/, { kind: 'cold_chain' }],
    [
      'of thousands names both readings of the comma',
      { ph: '1,250' },
      /1250, or 1\.250/,
      /^$/,
      { mapping: { acceptStrings: true } },
    ],
    ['of kelvin', { water_temp: 297.3 }, /unit to K/, /scale to/],
  ])('%s', (_, payload, text, never = /^$/, more) => {
    const found = taken(payload, more);
    expect(found.text).toMatch(text);
    expect(found.text).not.toMatch(never);
  });

  it('makes no measurement of what stands for a broken probe', () => {
    for (const payload of [{ turbidity: 65_535 }, { water_temp: 85 }, { ph: 99.9 }])
      expect(taken(payload)).toMatchObject({ stored: [], proposals: [] });
  });
});

describe('what was not meant is not taken', () => {
  it.each<[string, object]>([
    ['quality', { value: 6.4, quality: 'bad' }],
    ['status', { value: 6.4, status: 'fault' }],
    ['validity', { value: 6.4, valid: false }],
    ['error', { value: 6.4, error: true }],
    ['in Chinese', { value: 6.4, status: '故障' }],
  ])('a value that the device itself calls bad: %s', (_, marked) => {
    expect(taken({ do: marked, ph: 7.8 })).toMatchObject({
      stored: [['now', { ph: 7.8 }]],
      codes: ['VALUE_SENTINEL dissolved_oxygen'],
    });
  });

  it.each([{ error: 'no' }, { error: false }, { flag: false }, { status: 'ok' }])('but a good one is: %o', (mark) => {
    expect(taken({ do: { value: 6.4, ...mark } }).stored).toEqual([['now', { dissolved_oxygen: 6.4 }]]);
  });

  it('and what is said of a good one is told', () => {
    expect(taken({ do: { value: 6.4, quality: 'good' } })).toMatchObject({
      stored: [['now', { dissolved_oxygen: 6.4 }]],
      codes: ['FIELD_UNKNOWN do.quality'],
    });
  });

  it('half a position', () => {
    const found = taken({ lat: 107.88, lon: 31.08, temp: 4 }, { kind: 'cold_chain' });
    expect(found.stored).toEqual([['now', { air_temperature: 4 }]]);
    expect(found.codes).toEqual(['VALUE_OUT_OF_RANGE latitude', 'VALUE_OUT_OF_RANGE longitude']);
  });

  it('what somebody wishes of a device, and what is simulated', () => {
    const shadow = { state: { desired: { aerator: 1 }, reported: { do: 6.1 } }, timestamp: S };
    expect(taken(shadow)).toMatchObject({ stored: [[AT, DO]], codes: [], proposals: [] });
    expect(taken({ simulated: true, do: 6.4 }).codes).toEqual(['READING_SIMULATED']);
  });
});

describe('frames', () => {
  const mapping: Mapping = {
    polls: [{ slave: 1, function: 3, start: 0, registers: [{ at: 0, field: 'dissolved_oxygen', scale: 0.01 }] }],
  };
  const body = Buffer.from('0103020280', 'hex');
  const frame = Buffer.concat([body, crcBytes(body)]);
  const tcp = Buffer.concat([Buffer.from('000100000005', 'hex'), body]);

  it('within JSON, and those of Modbus TCP', () => {
    const wanted = { stored: [[AT, { dissolved_oxygen: 6.4, rssi: -70 }]], codes: [] };
    expect(taken({ ts: AT, rssi: -70, data: frame.toString('hex') }, { mapping })).toMatchObject(wanted);
    expect(taken(tcp, { mapping })).toMatchObject({ stored: [['now', { dissolved_oxygen: 6.4 }]], codes: [] });
    expect(taken({ ts: AT, data: `${frame.toString('hex').slice(0, -4)}0000` }, { mapping }).codes).toEqual([
      'FIELD_UNKNOWN data',
    ]);
  });

  it('that only ask are told as what they are', () => {
    const asked = Buffer.from('010300000002C40B', 'hex');
    expect(taken(asked)).toMatchObject({ stored: [], codes: ['FRAME_UNREADABLE'] });
    expect(taken(asked).text).toMatch(/asks a slave/);
  });
});
