/** Models of probes in cold stores and reefers. */
import type { DeviceModel } from '../../registry/device-model.ts';

export const coldChainModels: readonly DeviceModel[] = [
  {
    model: 'modbus-cold-store',
    label: { zh: '透明 DTU + Modbus RTU 冷库温控器', en: 'cold-store controller behind a transparent Modbus DTU' },
    kind: 'cold_chain',
    clock: 'none',
    mapping: {
      polls: [
        {
          slave: 1,
          function: 3,
          start: 0,
          registers: [
            { at: 0, as: 'f32', order: 'CDAB', field: 'ambient_temperature' },
            { at: 2, as: 'i16', scale: 0.1, field: 'air_temperature' },
          ],
        },
      ],
    },
    notes: [
      {
        zh: 'DTU 发布的是原始应答帧（二进制或十六进制）。从站地址、起始寄存器与字节序须与控制器手册一致；冷冻库温度为有符号 16 位数。',
        en: "The DTU publishes raw answers, binary or hex. Slave, first register and byte order must be those of the controller's manual; a freezer's temperature is a signed 16-bit number.",
      },
    ],
    examples: [
      {
        hex: '010306CCCD41CCFF47C8A8',
        stored: [{ values: { ambient_temperature: 25.6, air_temperature: -18.5 } }],
        told: [],
      },
    ],
  },
  {
    model: 'shelly-temperature',
    maker: 'Shelly',
    label: { zh: 'Shelly 第二代温度', en: 'Shelly of the second generation, temperature' },
    kind: 'cold_chain',
    clock: 'device',
    mapping: { envelope: 'shelly', keys: { 'temperature:0.tC': 'air_temperature' } },
    notes: [
      {
        zh: '电池型设备只在温度变化或定时唤醒时上报：把间隔设为其唤醒周期，否则会报沉默。',
        en: 'Battery types report when the temperature changes or when they wake: set the interval to the waking period, or silence is reported.',
      },
    ],
    examples: [
      {
        payload: {
          src: 'x',
          method: 'NotifyFullStatus',
          params: { ts: 1795840061.42, 'temperature:0': { id: 0, tC: 4.1 } },
        },
        stored: [{ time: '2026-11-28T04:27:41.420Z', values: { air_temperature: 4.1 } }],
        told: [],
      },
    ],
  },
];
