/** Models of pond stations and oxygen probes. */
import type { DeviceModel } from '../../registry/device-model.ts';
import { alink, scaledModbus } from '../mappings.ts';

const OXYGEN_CALIBRATION: DeviceModel['calibration'] = {
  dissolved_oxygen: {
    everyDays: 30,
    method: {
      zh: '擦净膜头，置于水饱和空气中校准 100%',
      en: 'Wipe the cap, calibrate to 100 % in water-saturated air',
    },
  },
};
const RS485_NOTE = {
  zh: 'RS-485：A 接 A、B 接 B，屏蔽层单端接地；总线两端各接 120 Ω。读数全为 65535 或 32767 时先查接线与从站地址。',
  en: 'RS-485: A to A, B to B, shield grounded at one end, 120 Ω at both ends of the bus. All readings at 65535 or 32767: look at wiring and slave address first.',
};

export const pondModels: readonly DeviceModel[] = [
  {
    model: 'pond-json',
    label: { zh: '塘口站，平台字段名 JSON', en: "pond station, JSON in the platform's names" },
    kind: 'aquaculture_pond',
    clock: 'device',
    notes: [
      {
        zh: '自研固件首选：字段名与单位同 GET /api/v1/kinds，时间为毫秒或带时区的 ISO 8601，断网时存储、恢复后补传。',
        en: 'First choice for own firmware: names and units of GET /api/v1/kinds, time in ms or ISO 8601 with offset; store while offline and send the backlog.',
      },
    ],
    calibration: OXYGEN_CALIBRATION,
    examples: [
      {
        payload: { time: 1795840000000, dissolved_oxygen: 6.42, water_temperature: 24.1, ph: 7.8 },
        stored: [
          {
            time: '2026-11-28T04:26:40.000Z',
            values: { dissolved_oxygen: 6.42, water_temperature: 24.1, ph: 7.8 },
          },
        ],
        told: [],
      },
    ],
  },
  {
    model: 'dtu-scaled-oxygen',
    label: {
      zh: 'DTU 透传寄存器：溶氧 ×100、水温 ×10、饱和度 ×10',
      en: 'DTU that passes registers on: oxygen × 100, temperature × 10, saturation × 10',
    },
    kind: 'aquaculture_pond',
    clock: 'none',
    mapping: { ...scaledModbus, sentinels: [65535, 32767] },
    notes: [
      RS485_NOTE,
      {
        zh: '比例与 BOQU DOG-2082YS、SUP-DO7013 的寄存器表一致；其他型号先用一条报文 daoyu mapping try 核对。',
        en: 'The scales are those of the register maps of BOQU DOG-2082YS and SUP-DO7013; try one message of another type with `daoyu mapping try` first.',
      },
    ],
    calibration: OXYGEN_CALIBRATION,
    examples: [
      {
        payload: { reg0: 241, reg1: 642, reg2: 765, vin: 124, csq_dbm: -79 },
        stored: [
          {
            values: {
              water_temperature: 24.1,
              dissolved_oxygen: 6.42,
              oxygen_saturation: 76.5,
              battery_voltage: 12.4,
              rssi: -79,
            },
          },
        ],
        told: [],
      },
      {
        payload: { reg0: 241, reg1: 65535 },
        stored: [{ values: { water_temperature: 24.1 } }],
        told: ['VALUE_SENTINEL'],
      },
    ],
  },
  {
    model: 'alink-pond',
    label: { zh: '阿里云 Alink 模组塘口站', en: 'pond station with an Alink cloud module' },
    kind: 'aquaculture_pond',
    clock: 'device',
    mapping: alink,
    notes: [
      {
        zh: '属性名因厂而异（DO、WaterTemp、PH…）：与本型号不同时，复制映射后改键名。',
        en: 'Property names differ between makers (DO, WaterTemp, PH…): where yours differ, copy the mapping and change the keys.',
      },
    ],
    calibration: OXYGEN_CALIBRATION,
    examples: [
      {
        payload: {
          id: '17',
          version: '1.0',
          params: { DO: { value: 6.42, time: 1795840000000 }, WaterTemp: { value: 24.1, time: 1795840000000 } },
          method: 'thing.event.property.post',
        },
        stored: [{ time: '2026-11-28T04:26:40.000Z', values: { dissolved_oxygen: 6.42, water_temperature: 24.1 } }],
        told: [],
      },
    ],
  },
  {
    model: 'tasmota-ds18b20',
    maker: 'Tasmota',
    label: { zh: 'Tasmota 固件 + DS18B20 水温', en: 'Tasmota with a DS18B20 in the water' },
    kind: 'aquaculture_pond',
    intervalMs: 300_000,
    clock: 'device',
    mapping: { envelope: 'tasmota', keys: { 'DS18B20.Temperature': 'water_temperature' }, utcOffsetMinutes: 480 },
    notes: [
      {
        zh: '设备时间不带时区：映射按北京时间；设备时区也须设为 +8:00（Timezone 8）。DS18B20 需 4.7 kΩ 上拉；85 °C 为上电值，-127 °C 为断线。',
        en: 'Its times carry no zone: the mapping takes Beijing time, and the device must be set to it (Timezone 8). A DS18B20 needs a 4.7 kΩ pull-up; 85 °C is its power-up value, -127 °C a broken wire.',
      },
    ],
    examples: [
      {
        payload: { Time: '2026-11-28T09:04:00', DS18B20: { Id: '0316A2794B2C', Temperature: 20.6 }, TempUnit: 'C' },
        stored: [{ time: '2026-11-28T01:04:00.000Z', values: { water_temperature: 20.6 } }],
        told: [],
      },
    ],
  },
  {
    model: 'senml-pond',
    label: { zh: 'SenML 节点（RFC 8428）', en: 'SenML node (RFC 8428)' },
    kind: 'aquaculture_pond',
    clock: 'device',
    notes: [
      {
        zh: '发布到 telemetry/senml；n 为平台字段名，u 为 SenML 单位，bt 为 Unix 秒。',
        en: 'Publishes on telemetry/senml; n is a field of the platform, u a SenML unit, bt Unix seconds.',
      },
    ],
    examples: [
      {
        channel: 'telemetry/senml',
        payload: [
          { bn: 'urn:dev:ow:10e2073a01080063:', bt: 1795840000, n: 'water_temperature', u: 'Cel', v: 24.3 },
          { n: 'ph', u: 'pH', v: 7.8 },
        ],
        stored: [{ time: '2026-11-28T04:26:40.000Z', values: { water_temperature: 24.3, ph: 7.8 } }],
        told: [],
      },
    ],
  },
];
