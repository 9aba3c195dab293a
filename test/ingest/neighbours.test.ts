/** Neighbours of the cases in `cases.test.ts`: other makers, keys, units, nestings. Nothing of them is taken wrongly, nothing goes without a word. */
import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../registry/registry.ts';
import { openParts } from './parts.ts';

const RECEIVED = Date.UTC(2026, 10, 28, 12, 0, 0);
const AT = 1_795_840_000_000;

async function send(payload: unknown, kind = 'aquaculture_pond', mapping?: Mapping) {
  const parts = await openParts();
  await parts.addDevice('probe', { kind, ...(mapping !== undefined && { mapping }) });
  await parts.publish('probe', payload, { receivedAt: RECEIVED });
  const readings = [...(await parts.stored())].sort((a, b) => a.time - b.time);
  return {
    stored: readings.map(({ time, values }) => [time, values]),
    values: readings.map(({ values }) => values),
    codes: parts.told.map(({ code }) => code),
    text: parts.told.map(({ message }) => message).join('\n'),
  };
}

describe('the time of measurement', () => {
  it.each([
    ['v with t', { do: { v: 6.1, t: AT } }],
    ['val with ts', { do: { val: 6.1, ts: AT } }],
    ['Value with Time', { do: { Value: 6.1, Time: AT } }],
    ['observedAt', { do: { value: 6.1, observedAt: AT } }],
    ['createdAt', { do: { value: 6.1, createdAt: AT } }],
    ['a shadow', { state: { reported: { do: 6.1 } }, timestamp: AT }],
    ['an age', { do: 6.1, Age: (RECEIVED - AT) / 1000 }],
    ['a batch of Alink', { id: '1', version: '1.0', params: { properties: { do: [{ value: 6.1, time: AT }] } } }],
    ['an event', { id: '1', method: 'thing.event.low.post', params: { value: { do: 6.1 }, time: AT } }],
    [
      'a push of OneNET',
      { msg: { type: 1, dev_id: 7, ds_id: 'do', at: AT, value: 6.1 }, nonce: 'n', msg_signature: 's' },
    ],
    [
      'a push of OneNET Studio',
      { msg: JSON.stringify({ notifyType: 'property', data: { params: { do: { value: 6.1, time: AT } } } }) },
    ],
  ])('stands in %s', async (_, payload) => {
    expect(await send(payload)).toMatchObject({ stored: [[AT, { dissolved_oxygen: 6.1 }]], codes: [] });
  });

  it('stands in a container, under any usual key', async () => {
    const mapping: Mapping = { keys: { 'sensor.do': 'dissolved_oxygen' } };
    for (const key of ['createdAt', 'sample_time', '采集时间'])
      expect((await send({ sensor: { [key]: AT, do: 6.1 } }, undefined, mapping)).stored).toEqual([
        [AT, { dissolved_oxygen: 6.1 }],
      ]);
  });
});

describe('a unit that is said', () => {
  it.each([
    ['by a key beside', { water_temperature: 75.2, water_temperature_unit: 'F' }, { water_temperature: 24 }],
    ['in another spelling', { waterTemperature: 75.2, tempUnit: '°F' }, { water_temperature: 24 }],
    ['in a list of units', { water_temp: 75.2, ph: 7, units: { water_temp: 'F' } }, { water_temperature: 24, ph: 7 }],
    ['once, for the only number', { time: AT, do: 12, unit: '%' }, { oxygen_saturation: 12 }],
    ['for conductivity', { ec: 0.41, ec_unit: 'mS/cm' }, { specific_conductance: 410 }],
  ])('%s', async (_, payload, values) => {
    expect(await send(payload)).toMatchObject({ values: [values], codes: [] });
  });

  it('by Tasmota, of the pressure', async () => {
    const mapping: Mapping = { keys: { 'BME280.Pressure': 'air_pressure' } };
    const payload = {
      Time: '2026-11-28T16:00:00+08:00',
      BME280: { Pressure: 720 },
      PressureUnit: 'mmHg',
      TempUnit: 'C',
    };
    const [values] = (await send(payload, 'weather_station', mapping)).values;
    expect(values?.air_pressure).toBeCloseTo(959.92, 1);
  });

  it('is left alone where the mapping names its key', async () => {
    const { values } = await send({ do: 6.1, do_unit: '%' }, undefined, { keys: { do_unit: null } });
    expect(values).toEqual([{ dissolved_oxygen: 6.1 }]);
  });
});

describe('advice', () => {
  const advice = async (kind: string, payload: unknown, mapping?: Mapping) => (await send(payload, kind, mapping)).text;

  it('of a signed register names the scale with it, and each that fits', async () => {
    expect(await advice('cold_chain', { air_temperature: 65_351 })).toMatch(
      /-18\.5 °C.*as to i16 and the scale to 0\.1 .*or.*-1\.85 °C/,
    );
    expect(await advice('cold_chain', { air_temperature: 4_294_967_111 })).toMatch(/as to i32 and the scale to 0\.1/);
    expect(await advice('paddy_water', { water_level: 65_036 })).not.toMatch(/scaled by/);
  });

  it.each([
    ['grain_dryer', { grain_temperature: 104 }, /degrees Fahrenheit would make it 40 °C/],
    ['weather_station', { air_pressure: 99_900 }, /pascal would make it 999 hPa/],
  ])('of %s %o names no scale where another unit is possible', async (kind, payload, text) => {
    const told = await advice(kind, payload);
    expect(told).toMatch(text);
    expect(told).not.toMatch(/scale to/);
  });

  it.each([
    ['millivolts of a battery', 'cold_chain', { battery_level: 3610 }, /battery_voltage with the unit mV; or/],
    ['inches of mercury', 'weather_station', { air_pressure: 28.4 }, /unit to inHg/],
    ['kilopascal', 'weather_station', { air_pressure: 96.1 }, /unit to kPa/],
    ['a direction', 'weather_station', { wind_direction: 361 }, /check probe and wiring/],
  ])('of %s', async (_, kind, payload, text) => {
    expect(await advice(kind, payload)).toMatch(text);
  });

  it('of bytes in another order names them beside a scale', async () => {
    const told = await advice(
      'aquaculture_pond',
      { r: 0x8a02 },
      { keys: { r: { field: 'dissolved_oxygen', scale: 0.01 } } },
    );
    expect(told).toMatch(/swapped bytes\? 6\.5 mg\/L.*or a register scaled/);
    expect(await advice('aquaculture_pond', { r: 0x999a41c1 }, { keys: { r: 'water_temperature' } })).toMatch(
      /24\.2 °C would be usual; set as to f32 and order to CDAB/,
    );
  });
});

it('refuses a float read in the wrong byte order, which is close to zero', async () => {
  const mapping: Mapping = { keys: { r: { field: 'water_temperature', as: 'f32' } } };
  const { values, text } = await send({ r: 0x999a41c1 }, undefined, mapping);
  expect(values).toEqual([]);
  expect(text).toMatch(/wrong byte order/);
});

it('conductivity without a unit is not 0.41 µS/cm in silence', async () => {
  const { values, codes, text } = await send({ ph: 7, ec: 0.41 });
  expect(values).toEqual([{ ph: 7 }]);
  expect(codes).toEqual(['FIELD_AMBIGUOUS']);
  expect(text).toMatch(/mS\/cm/);
  expect((await send({ ph: 7, ec: 650.5 })).values).toEqual([{ ph: 7, specific_conductance: 650.5 }]);
});
