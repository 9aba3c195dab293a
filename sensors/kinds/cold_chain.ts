/** A cold store or a refrigerated vehicle; air and product separately, because air warms long before the cargo. */
import { measured, PERCENT, position, temperature, toggle } from '../fields.ts';
import type { Kind } from '../kind.ts';

const coldChain: Kind = {
  name: 'cold_chain',
  label: { zh: '冷链', en: 'Cold chain' },
  subplatform: 'smart_processing',
  intervalMs: 300_000,
  advice: {
    air_temperature_high: {
      zh: '查门、压缩机和冷凝器；货品升温前转移',
      en: 'Check door, compressor and condenser; move the goods before they warm',
    },
    air_temperature_low: { zh: '调高设定温度；活品勿冻', en: 'Raise the set point; live goods must not freeze' },
    product_temperature_high: {
      zh: '转移货品，记录时间和温度',
      en: 'Move the goods; record times and temperatures',
    },
    product_temperature_low: { zh: '调高设定温度；活品勿冻', en: 'Raise the set point; live goods must not freeze' },
  },
  equipment: [
    {
      name: 'compressor_off_while_warm',
      label: { zh: '库内偏热但压缩机没开', en: 'it is warm and the compressor is off' },
      action: { zh: '查供电、温控和高压保护', en: 'Check power, thermostat and the high-pressure cut-out' },
      terms: [
        { field: 'compressor_on', is: 0 },
        { field: 'defrost_on', is: 0 },
        { field: 'air_temperature', aboveField: 'setpoint_temperature', by: 3 },
      ],
      holdMinutes: { warning: 15, critical: 45 },
      source: 'proposed: 3 K above the set point for longer than a defrost takes',
    },
    {
      name: 'door_open_long',
      label: { zh: '库门长时间敞开', en: 'the door is open' },
      action: { zh: '关门；装卸时挂门帘', en: 'Close it; use the curtain while loading' },
      terms: [{ field: 'door_open', is: 1 }],
      holdMinutes: { warning: 10, critical: 30 },
      source: 'proposed: loading takes minutes; a door open for half an hour was forgotten',
    },
  ],
  fields: [
    // A door opened in summer moves the air by 14 K in 15 minutes (11 months of a real store), so only larger jumps are spikes.
    temperature('air_temperature', '空气温度', 'air temperature', [-80, 70], {
      normal: [-35, 12],
      maxStep: 15,
      stuckAfterMinutes: 240,
      sentinels: [-127],
      aliases: ['temperature', 'temp', 'box_temp', 'temperatur', '库温', '温度', '箱温'],
    }),
    temperature('product_temperature', '货品中心温度', 'product temperature', [-80, 70], {
      normal: [-35, 12],
      sentinels: [-127],
      maxStep: 5,
      aliases: ['core_temp'],
    }),
    temperature('setpoint_temperature', '设定温度', 'set point', [-60, 30], {
      normal: [-35, 12],
      maxStep: 100,
      aliases: ['setpoint'],
    }),
    // Live crab is shipped wet, at 80 % and more.
    measured('air_humidity', '湿度', 'relative humidity', PERCENT, [0, 100], 0.1, {
      normal: [70, 95],
      aliases: ['humidity', 'rh'],
      openUnit: { aliases: ['humidity', 'rh'], units: ['ratio'], within: [1, 100], step: 0 },
    }),
    toggle(
      'door_open',
      '门',
      'door',
      [
        { zh: '关', en: 'closed' },
        { zh: '开', en: 'open' },
      ],
      { aliases: ['door'] },
    ),
    toggle('compressor_on', '压缩机', 'compressor', undefined, { aliases: ['compressor'] }),
    toggle('defrost_on', '化霜', 'defrost', undefined, { aliases: ['defrost'] }),
    // 45-65 °C while the compressor runs, below 30 when it does not (telemetry of a real store).
    temperature('hot_gas_temperature', '排气温度', 'hot gas temperature', [-50, 130], {
      normal: [10, 80],
      sentinels: [-127],
      maxStep: 40,
    }),
    temperature('suction_temperature', '吸气温度', 'suction temperature', [-50, 130], {
      normal: [-40, 30],
      sentinels: [-127],
      maxStep: 40,
    }),
    temperature('ambient_temperature', '环境温度', 'ambient temperature', [-50, 130], {
      normal: [-5, 42],
      sentinels: [-127],
      maxStep: 10,
    }),
    ...position,
    measured('speed', '车速', 'speed', ['km/h', 'km/h'], [0, 160], 0.1, { normal: [0, 90], aliases: ['gps_speed'] }),
    measured('heading', '航向', 'heading', ['deg', '°'], [0, 360], 1, {}),
    measured('light', '光照', 'light in the box', ['lx', 'lx'], [0, 200_000], 1, { normal: [0, 5], aliases: ['lux'] }),
    measured('shock', '冲击', 'shock', ['m/s2', 'm/s²'], [0, 200], 0.1, { normal: [0, 20] }),
  ],
  primary: ['air_temperature', 'product_temperature', 'door_open', 'air_humidity'],
  panels: [
    {
      title: { zh: '空气与货品温度', en: 'Air and product temperature' },
      fields: ['air_temperature', 'product_temperature'],
    },
    { title: { zh: '湿度', en: 'Humidity' }, fields: ['air_humidity'] },
    {
      title: { zh: '门、压缩机、化霜', en: 'Door, compressor, defrost' },
      fields: ['door_open', 'compressor_on', 'defrost_on'],
    },
    { title: { zh: '环境温度', en: 'Ambient temperature' }, fields: ['ambient_temperature'] },
    { title: { zh: '车速', en: 'Speed' }, fields: ['speed'] },
  ],
  attributes: ['shipment_id', 'batch_id'],
};
export default coldChain;
