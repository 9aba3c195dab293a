/** Models of level and soil probes in paddies. */
import type { DeviceModel } from '../../registry/device-model.ts';
import { thingsBoard } from '../mappings.ts';

const LORAWAN_TIME = {
  zh: '测量时间取网络服务器时间；设备离线期间的数据不会补传。',
  en: "The network server's time is taken as measured; what the device measured while offline does not come later.",
};

export const paddyModels: readonly DeviceModel[] = [
  {
    model: 'thingsboard-paddy',
    label: { zh: 'ThingsBoard 网关水位站', en: 'level station behind a gateway made for ThingsBoard' },
    kind: 'paddy_water',
    clock: 'device',
    mapping: thingsBoard,
    notes: [
      {
        zh: '水位单位须为毫米，零点为田面；安装后用直尺核对一次。',
        en: "Levels are in mm above the field's surface; check once with a ruler after mounting.",
      },
    ],
    examples: [
      {
        payload: { ts: 1795840000000, values: { level_mm: 42, temp: 21.3, battery: 87 } },
        stored: [
          { time: '2026-11-28T04:26:40.000Z', values: { water_level: 42, water_temperature: 21.3, battery_level: 87 } },
        ],
        told: [],
      },
    ],
  },
  {
    model: 'chirpstack-level-cm',
    label: { zh: 'ChirpStack v4 水位节点（厘米）', en: 'LoRaWAN level node behind ChirpStack v4, cm' },
    kind: 'paddy_water',
    intervalMs: 600_000,
    clock: 'none',
    mapping: {
      envelope: 'chirpstack',
      keys: { 'object.depth': { field: 'water_level', unit: 'cm' }, 'object.battery': 'battery_level' },
    },
    notes: [
      LORAWAN_TIME,
      {
        zh: '编解码器须给出 depth（厘米）与 battery（%）；ChirpStack 的 MQTT 集成 QoS 设为 1。',
        en: "The codec gives depth (cm) and battery (%); set the QoS of ChirpStack's MQTT integration to 1.",
      },
    ],
    examples: [
      {
        payload: {
          deduplicationId: '00000000-0000-4000-8000-000000000001',
          time: '2026-11-28T08:00:14.405836+00:00',
          deviceInfo: { deviceName: 'swl-3', devEui: '0000000000000001' },
          ...{ fCnt: 117, fPort: 85, object: { battery: 100, depth: 6.3 } },
          rxInfo: [{ gatewayId: '0000000000000002', rssi: -97, snr: 5.8 }],
        },
        stored: [{ time: '2026-11-28T08:00:14.405Z', values: { water_level: 63, battery_level: 100, rssi: -97 } }],
        told: [],
      },
    ],
  },
  {
    model: 'dragino-soil-tts',
    maker: 'Dragino',
    label: { zh: 'Dragino 土壤探头，经 The Things Stack', en: 'Dragino soil probe by The Things Stack' },
    kind: 'paddy_water',
    intervalMs: 1_200_000,
    clock: 'none',
    mapping: {
      envelope: 'tts',
      acceptStrings: true,
      keys: {
        'uplink_message.decoded_payload.temp_SOIL': 'soil_temperature',
        'uplink_message.decoded_payload.water_SOIL': 'soil_moisture',
      },
    },
    notes: [
      LORAWAN_TIME,
      {
        zh: 'The Things Stack 的 MQTT 只有 QoS 0：要求不丢数据时，改用其 webhook 并开启重试。',
        en: 'MQTT of The Things Stack is QoS 0 only: where nothing may be lost, use its webhook with retries.',
      },
    ],
    examples: [
      {
        payload: {
          received_at: '2026-11-28T08:10:32.8Z',
          uplink_message: { f_cnt: 7, decoded_payload: { temp_SOIL: '21.11 °C', water_SOIL: '45.20 %' } },
        },
        stored: [{ time: '2026-11-28T08:10:32.800Z', values: { soil_temperature: 21.11, soil_moisture: 45.2 } }],
        told: [],
      },
    ],
  },
];
