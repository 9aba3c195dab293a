/** An orchard station: soil at three depths, the air under the trees, wet leaves. Ranges are those of capacitive soil probes (±3 %) and leaf grids; 20-40 % by volume is the ordinary state of the county's hill soils. */
import { vapourPressureDeficit } from '../air.ts';
import { MILLIMETRE, measured, PERCENT, temperature } from '../fields.ts';
import type { Field, Kind } from '../kind.ts';

const MICROSIEMENS = ['uS/cm', 'µS/cm'] as const;

const soil = (centimetres: number, aliases: readonly string[] = []): readonly Field[] => [
  measured(
    `soil_moisture_${centimetres}cm`,
    `土壤含水率 ${centimetres} cm`,
    `soil water content ${centimetres} cm`,
    PERCENT,
    [0, 100],
    0.1,
    { normal: [20, 40], maxStep: 30, clampFrom: -1, aliases },
  ),
  temperature(
    `soil_temperature_${centimetres}cm`,
    `土温 ${centimetres} cm`,
    `soil temperature ${centimetres} cm`,
    [-20, 60],
    {
      normal: [2, 35],
    },
  ),
];

const orchard: Kind = {
  name: 'orchard',
  label: { zh: '果园墒情', en: 'Orchard' },
  subplatform: 'smart_orchard',
  intervalMs: 600_000,
  defaultProfile: 'orchard',
  advice: {
    soil_moisture_20cm_low: { zh: '滴灌补水；覆草保墒', en: 'Irrigate by drip; mulch to keep the water' },
    soil_moisture_20cm_high: { zh: '清沟排水，防烂根', en: 'Open the drains: roots rot in standing water' },
    air_temperature_low: {
      zh: '防霜：覆盖、熏烟或喷水；冻后不要马上修剪',
      en: 'Frost: cover, smoke or sprinkle; do not prune at once afterwards',
    },
    air_temperature_high: { zh: '清晨灌水降温，停止喷药', en: 'Irrigate at dawn to cool; stop spraying' },
  },
  fields: [
    temperature('air_temperature', '气温', 'air temperature', [-30, 55], {
      normal: [-5, 40],
      stuckAfterMinutes: 300,
      aliases: ['temperature', 'temp', 'air_temp'],
      openMedium: ['temperature', 'temp'],
      siblings: ['soil_temperature_20cm'],
    }),
    measured('air_humidity', '相对湿度', 'relative humidity', PERCENT, [0, 100], 0.1, {
      normal: [30, 100],
      maxStep: 20,
      aliases: ['humidity', 'rh', 'air_rh'],
      openUnit: { aliases: ['humidity', 'rh', 'air_rh'], units: ['ratio'], within: [1, 100], step: 0 },
    }),
    measured('vapour_pressure_deficit', '饱和水汽压差', 'vapour pressure deficit', ['kPa', 'kPa'], [0, 12], 0.01, {
      normal: [0, 4],
      derived: {
        from: ['air_temperature', 'air_humidity'],
        value: (celsius, humidity) => vapourPressureDeficit(celsius ?? Number.NaN, humidity ?? Number.NaN),
        source: 'FAO-56 equations 11 and 12',
      },
      aliases: ['vpd'],
    }),
    measured('leaf_wetness', '叶面湿度', 'leaf wetness', PERCENT, [0, 100], 1, {
      normal: [0, 100],
      clampFrom: -2,
      aliases: ['leaf'],
    }),
    ...soil(20, ['soil_moisture', 'vwc', 'soil_humidity']),
    ...soil(40),
    ...soil(60),
    measured('soil_ec', '土壤电导率', 'soil conductivity', MICROSIEMENS, [0, 20_000], 1, {
      normal: [50, 1500],
      clampFrom: -10,
      aliases: ['ec'],
      openUnit: { aliases: ['ec'], units: ['mS/cm'], within: [10, 20_000], step: 0.01 },
    }),
    measured('soil_ph', '土壤 pH', 'soil pH', ['[pH]', ''], [0, 14], 0.01, {
      normal: [5, 8],
      maxStep: 1,
      aliases: ['ph'],
    }),
    measured('rainfall', '雨量', 'rainfall', MILLIMETRE, [0, 100], 0.2, {
      normal: [0, 20],
      isIntervalSum: true,
      aliases: ['rain'],
    }),
    measured('irrigation_flow', '灌溉流量', 'irrigation flow', ['m3/h', 'm³/h'], [0, 1000], 0.1, {
      normal: [0, 50],
      clampFrom: -1,
      aliases: ['flow'],
      openUnit: { aliases: ['flow'], units: ['L/min', 'L/s'], within: [0, 1000], step: 0 },
    }),
  ],
  primary: ['soil_moisture_20cm', 'air_temperature', 'leaf_wetness', 'soil_moisture_40cm'],
  panels: [
    {
      title: { zh: '土壤含水率剖面', en: 'Soil water by depth' },
      fields: ['soil_moisture_20cm', 'soil_moisture_40cm', 'soil_moisture_60cm'],
    },
    { title: { zh: '气温', en: 'Air temperature' }, fields: ['air_temperature'] },
    {
      title: { zh: '土温剖面', en: 'Soil temperature by depth' },
      fields: ['soil_temperature_20cm', 'soil_temperature_40cm', 'soil_temperature_60cm'],
    },
    { title: { zh: '湿度与叶面湿度', en: 'Humidity and leaf wetness' }, fields: ['air_humidity', 'leaf_wetness'] },
    { title: { zh: '雨量', en: 'Rainfall' }, fields: ['rainfall'] },
  ],
};
export default orchard;
