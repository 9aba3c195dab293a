/** Each payload format by a message of its maker; and whatever is done to such a message, nothing crashes and nothing is lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hj212Crc as crcOf } from '../../../base/hj212-frame.ts';
import { createRecords } from '../../../bus/quarantine-record.ts';
import { classifyReadings } from '../../../ingest/classify.ts';
import { decode } from '../../../ingest/decode.ts';
import { crcBytes } from '../../../ingest/decoders/modbus.ts';
import { DECODERS } from '../../../ingest/decoders/table.ts';
import { DeviceMemory } from '../../../ingest/device-memory.ts';
import { createKeyMap } from '../../../ingest/map.ts';
import { tryMapping } from '../../../ingest/try-mapping.ts';
import type { Mapping } from '../../../registry/registry.ts';
import { loadKinds } from '../../../sensors/kinds.ts';
import { HJ212_SEGMENT, VECTORS } from './vectors.ts';

const kinds = await loadKinds();
const RECEIVED = Date.UTC(2026, 10, 28, 12);

interface More {
  readonly kind?: string;
  readonly mapping?: Mapping;
  readonly channel?: string;
}

function taken(payload: unknown, { kind: name = 'aquaculture_pond', mapping, channel = 'telemetry' }: More = {}) {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const device = { park: 'tianyu', id: 'probe', site: 'pond', kind: name };
  const { readings, told } = tryMapping({ device, kind, mapping, payload: bytes, receivedAt: RECEIVED, channel });
  return {
    readings: readings.map(({ time, seq, values: { unionised_ammonia: _, oxygen_saturation: __, ...values } }) => ({
      time: new Date(time).toISOString(),
      seq,
      values,
    })),
    told: told.map(({ code, field }) => `${code} ${field ?? ''}`.trim()),
    texts: told.map(({ message }) => message).join('\n'),
  };
}

describe('a message of', () => {
  it('ChirpStack: zeros are left out, the best signal is that of the first gateway', () => {
    expect(taken(VECTORS.chirpstack)).toMatchObject({
      readings: [{ time: '2026-11-28T08:00:14.405Z', seq: 0, values: { ph: 7.8, water_temperature: 24.1, rssi: -57 } }],
      told: [],
    });
    const { object: _, ...undecoded } = VECTORS.chirpstack as Record<string, unknown>;
    expect(taken(undecoded)).toMatchObject({ readings: [{ values: { rssi: -57 } }], told: ['FIELD_UNKNOWN data'] });
    const status = { deviceInfo: { devEui: '01' }, time: '2026-11-28T08:00:14Z', margin: 7, batteryLevel: 92.5 };
    expect(taken(status).readings).toMatchObject([{ values: { battery_level: 92.5 } }]);
    expect(taken({ deviceInfo: { devEui: '01' }, devAddr: '00189440' }).told).toEqual(['READING_EMPTY']);
  });

  it('The Things Stack', () => {
    expect(taken(VECTORS.tts)).toMatchObject({
      readings: [{ time: '2026-11-28T08:10:32.840Z', seq: 1, values: { ph: 7.8, water_temperature: 24.1, rssi: -35 } }],
      told: [],
    });
    expect(taken({ ...(VECTORS.tts as object), simulated: true })).toMatchObject({
      readings: [],
      told: ['READING_SIMULATED'],
    });
  });

  it('ChirpStack v3, its object as one or as a text', () => {
    const { object, ...rest } = VECTORS.chirpstack3 as Record<string, unknown>;
    const wanted = {
      readings: [{ time: '2026-11-28T08:10:32.840Z', seq: 7, values: { ph: 7.8, rssi: -57 } }],
      told: [],
    };
    expect(taken(VECTORS.chirpstack3)).toMatchObject(wanted);
    expect(taken({ ...rest, objectJSON: JSON.stringify(object) })).toMatchObject(wanted);
    expect(taken(rest).told).toEqual(['FIELD_UNKNOWN data']);
    const withoutClock = { ...rest, object, rxInfo: [{ time: null, rssi: -57 }], publishedAt: '2026-11-28T08:10:33Z' };
    expect(taken(withoutClock).readings).toMatchObject([{ time: '2026-11-28T08:10:33.000Z' }]);
  });

  it('Helium', () => {
    expect(taken(VECTORS.helium)).toMatchObject({
      readings: [{ time: new Date(1_795_840_000_000).toISOString(), seq: 19, values: { ph: 7.8, rssi: -54 } }],
      told: [],
    });
    const { decoded: _, ...undecoded } = VECTORS.helium as Record<string, unknown>;
    expect(taken(undecoded).told).toEqual(['FIELD_UNKNOWN payload']);
  });

  it('JetLinks, of a device and of a child', () => {
    const wanted = {
      readings: [{ time: new Date(1_795_840_000_000).toISOString(), values: { ph: 7.8, dissolved_oxygen: 6.4 } }],
      told: [],
    };
    expect(taken(VECTORS.jetlinks)).toMatchObject(wanted);
    const ofChild = { childDeviceId: 'c', childDeviceMessage: VECTORS.jetlinks, timestamp: 1, messageId: '2' };
    expect(taken(ofChild)).toMatchObject(wanted);
  });

  it('Tencent IoT Explorer', () => {
    expect(taken(VECTORS.tencent)).toMatchObject({
      readings: [{ time: new Date(1_795_840_000_000).toISOString(), values: { ph: 7.8, dissolved_oxygen: 6.4 } }],
      told: [],
    });
    expect(taken({ method: 'report_info', clientToken: '1', params: { name: 'x' } }).told).toEqual(['READING_EMPTY']);
  });

  it('SenseCAP, alone or inside of an uplink', () => {
    const wanted = [{ time: new Date(1_795_840_000_000).toISOString(), values: { dissolved_oxygen: 6.4, ph: 7.8 } }];
    expect(taken(VECTORS.sensecap)).toMatchObject({ readings: wanted, told: [] });
    expect(taken({ ...(VECTORS.chirpstack as object), object: VECTORS.sensecap })).toMatchObject({
      readings: wanted,
      told: [],
    });
  });

  it('Huawei IoTDA', () => {
    expect(taken(VECTORS.huawei)).toMatchObject({
      readings: [{ time: '2026-11-28T08:10:32.000Z', values: { ph: 7.8, water_temperature: 24.1 } }],
      told: [],
    });
    const late = { device_id: 'p_1', services: [{ service_id: 'Water', properties: { ph: 7.8, ts: 1_795_840_000 } }] };
    expect(taken(late)).toMatchObject({ readings: [{ time: '2026-11-28T04:26:40.000Z' }], told: [] });
    const mapping: Mapping = { keys: { 'Water.ph': null } };
    expect(taken(VECTORS.huawei, { mapping }).readings).toMatchObject([{ values: { water_temperature: 24.1 } }]);
  });

  it('OneNET and Alink', () => {
    const wanted = {
      readings: [{ time: new Date(1_795_840_000_000).toISOString(), values: { dissolved_oxygen: 6.4, ph: 7.8 } }],
      told: [],
    };
    expect(taken(VECTORS.onenet)).toMatchObject(wanted);
    expect(taken(VECTORS.alink)).toMatchObject(wanted);
    const once = { id: '1', version: '1.0', time: 1_795_840_000_000, params: { ph: 7.8, do: { value: 6.4 } } };
    expect(taken(once)).toMatchObject(wanted);
    expect(taken({ ...(VECTORS.alink as object), battery: 92 }).readings).toContainEqual(
      expect.objectContaining({ values: { battery_level: 92 } }),
    );
  });

  it('Shelly', () => {
    const mapping: Mapping = {
      keys: {
        'temperature:0.tC': 'air_temperature',
        'params.humidity:0.rh': 'air_humidity',
        'devicepower:0.battery.percent': 'battery_level',
        'devicepower:0.battery.V': 'battery_voltage',
      },
    };
    expect(taken(VECTORS.shelly, { kind: 'cold_chain', mapping })).toMatchObject({
      readings: [
        {
          time: '2026-11-28T04:27:41.420Z',
          values: { air_temperature: 4.1, air_humidity: 81.5, battery_level: 92, battery_voltage: 5.94, rssi: -61 },
        },
      ],
      told: [],
    });
    const first = {
      wifi_sta: { connected: true, rssi: -60 },
      unixtime: 1_795_840_000,
      tmp: { value: 39.4, units: 'F', is_valid: true },
      hum: { value: 80, is_valid: false },
      bat: { value: 92, voltage: 2.9 },
    };
    expect(taken(first, { kind: 'cold_chain' })).toMatchObject({
      readings: [{ values: { air_temperature: 4.11111111111, battery_level: 92, battery_voltage: 2.9, rssi: -60 } }],
      told: [],
    });
  });

  it('Teltonika', () => {
    const { readings, told } = taken(VECTORS.teltonika, {
      kind: 'cold_chain',
      mapping: { keys: { 66: { field: 'battery_voltage', unit: 'mV' } } },
    });
    expect(readings).toMatchObject([
      { values: { latitude: 31.0805, longitude: 107.8847, speed: 36, heading: 77, battery_voltage: 12.345 } },
    ]);
    expect(told).toEqual(['FIELD_UNKNOWN altitude']);
  });

  it('Tasmota: the unit of temperature is said once for all', () => {
    expect(taken(VECTORS.tasmota, { mapping: { keys: { 'DS18B20.Temperature': 'water_temperature' } } })).toMatchObject(
      { readings: [{ time: '2026-11-28T08:10:32.000Z', values: { water_temperature: 24 } }], told: [] },
    );
  });

  it('Zigbee2MQTT', () => {
    expect(taken(VECTORS.zigbee2mqtt, { kind: 'cold_chain' })).toMatchObject({
      readings: [
        {
          time: '2026-11-28T08:10:32.000Z',
          values: { air_temperature: 4.1, air_humidity: 81.5, battery_level: 92, battery_voltage: 2.985 },
        },
      ],
      told: [],
    });
  });

  it('ESPHome: one value a topic', () => {
    expect(taken('7.81', { channel: 'telemetry/sensor/ph/state' })).toMatchObject({
      readings: [{ values: { ph: 7.81 } }],
      told: [],
    });
    expect(taken('ON', { channel: 'telemetry/switch/aerator/state' })).toMatchObject({
      readings: [{ values: { aerator_on: 1 } }],
    });
    expect(
      taken('7.81', { channel: 'telemetry/sensor/a/b/state', mapping: { keys: { 'a.b': 'ph' } } }).readings,
    ).toMatchObject([{ values: { ph: 7.81 } }]);
  });

  it('HJ 212: only good values, Beijing time, its own CRC', () => {
    const packet = (crc: string) => `##${String(HJ212_SEGMENT.length).padStart(4, '0')}${HJ212_SEGMENT}${crc}\r\n`;
    const right = crcOf(Buffer.from(HJ212_SEGMENT)).toString(16).toUpperCase().padStart(4, '0');
    expect(taken(packet(right))).toMatchObject({
      readings: [{ time: '2026-11-28T08:10:00.000Z', values: { ph: 7.8, dissolved_oxygen: 6.4 } }],
      told: ['FIELD_UNKNOWN w01003-Rtd-Flag-D'],
    });
    expect(taken(packet('0000'))).toMatchObject({
      readings: [],
      told: ['FRAME_UNREADABLE'],
      texts: expect.stringContaining(right),
    });
    // The sample of the standard, HJ 212-2017 appendix A.
    const sample =
      'QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&';
    expect(crcOf(Buffer.from(sample))).toBe(0x1c80);
  });

  it('Modbus: several frames, exceptions, a wrong CRC', () => {
    const frame = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), crcBytes(Buffer.from(hex, 'hex'))]);
    const mapping: Mapping = {
      polls: [
        {
          slave: 1,
          function: 3,
          start: 0,
          registers: [
            { at: 0, field: 'dissolved_oxygen', scale: 0.01 },
            { at: 1, field: 'water_temperature', scale: 0.1, as: 'i16' },
          ],
        },
        { slave: 2, function: 4, start: 10, registers: [{ at: 10, as: 'f32', order: 'DCBA', field: 'ph' }] },
      ],
    };
    const float = Buffer.alloc(4);
    float.writeFloatLE(7.81);
    const both = Buffer.concat([frame('0103040280FFFB'), frame(`020404${float.toString('hex')}`)]);
    const wanted = { readings: [{ values: { dissolved_oxygen: 6.4, water_temperature: -0.5, ph: 7.81 } }], told: [] };
    expect(taken(both, { mapping })).toMatchObject(wanted);
    expect(taken(both.toString('hex').toUpperCase(), { mapping })).toMatchObject(wanted);
    expect(taken(JSON.stringify(both.toString('hex')), { mapping })).toMatchObject(wanted);
    const broken = Buffer.from(both);
    broken[8] = (broken[8] ?? 0) ^ 1;
    expect(taken(broken, { mapping })).toMatchObject({
      readings: [],
      told: ['FRAME_UNREADABLE'],
      texts: expect.stringContaining('CRC'),
    });
    expect(taken(frame('018302'), { mapping })).toMatchObject({
      readings: [],
      told: ['FRAME_UNREADABLE'],
      texts: expect.stringContaining('illegal data address'),
    });
    expect(taken(frame('030302FFFF'), { mapping }).told).toEqual(['FIELD_UNKNOWN modbus.3.3.frame0']);
  });
});

describe('whatever is done to a message', () => {
  const texts = Object.values(VECTORS).map((vector) => JSON.stringify(vector));
  const mutated = fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(
        fc.tuple(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 0, max: 5 }),
          fc.string({ maxLength: 4 }),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([text, edits]) =>
      edits.reduce(
        (all, [where, cut, put]) =>
          all.slice(0, Math.floor(where * all.length)) + put + all.slice(Math.floor(where * all.length) + cut),
        text,
      ),
    );
  const envelopes = fc.constantFrom(undefined, 'none', ...DECODERS.map(({ name }) => name));
  const channels = fc.constantFrom('telemetry', 'telemetry/senml', 'telemetry/cbor', 'telemetry/a');

  /** Every reading is taken, a duplicate or in quarantine. */
  function addsUp(bytes: Uint8Array, mapping: Mapping, channel: string): boolean {
    const decoded = decode(bytes, { mapping, channel, receivedAt: RECEIVED });
    if (!decoded.ok) return decoded.reason.message.length > 0;
    const kind = kinds.get('aquaculture_pond');
    if (kind === undefined) return false;
    const classified = classifyReadings(decoded.value, {
      message: { park: 'p', device: 'd', topic: '', channel, receivedAt: RECEIVED, isResend: false },
      device: { site: 's', kind: kind.name },
      keyMap: createKeyMap(kind, mapping),
      intervalMs: 1000,
      memory: new DeviceMemory(),
      record: createRecords('test00'),
    });
    return classified.readings.length + classified.duplicate + classified.quarantined === decoded.value.length;
  }

  it('it is decoded or refused, and its readings add up', () => {
    fc.assert(
      fc.property(mutated, envelopes, channels, (text, envelope, channel) =>
        addsUp(Buffer.from(text), envelope === undefined ? {} : { envelope }, channel),
      ),
      { numRuns: 2000 },
    );
  });

  it('bytes of any kind, too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), envelopes, channels, (bytes, envelope, channel) =>
        addsUp(bytes, envelope === undefined ? {} : { envelope }, channel),
      ),
      { numRuns: 1000 },
    );
  });
});
