/** A paddy station: levels against the soil surface, so that weeks below zero under alternate wetting and drying are ordinary. */
import { choice, MG_PER_L, MILLIMETRE, measured, PERCENT, temperature, toggle } from '../fields.ts';
import type { Kind } from '../kind.ts';

const paddy: Kind = {
  name: 'paddy_water',
  label: { zh: '稻田水情', en: 'Paddy water' },
  subplatform: 'smart_rice',
  intervalMs: 600_000,
  defaultProfile: 'paddy_awd',
  advice: {
    water_level_low: {
      zh: '灌水；晒田期请在平台上改生育期',
      en: 'Irrigate; if the field is drained on purpose, set its growth stage',
    },
    water_level_high: { zh: '开缺口排水，查田埂', en: 'Open the outlet, check the bund' },
    ditch_water_level_low: {
      zh: '补水：环沟是虾蟹的退路',
      en: 'Let water in: the ditch is the refuge of crab and crayfish',
    },
    dissolved_oxygen_low: { zh: '换水或增氧，查环沟', en: 'Exchange water or aerate, check the ditch' },
  },
  equipment: [
    {
      name: 'pump_without_level',
      label: {
        zh: '水泵开着，水位一小时没有变化：可能没有上水',
        en: 'the pump runs, but no level has changed for an hour: it may not deliver water',
      },
      action: {
        zh: '查进水口、闸门和管路；空转会烧泵，先停泵',
        en: 'Check intake, gate and pipe; stop the pump first: running dry destroys it',
      },
      terms: [{ field: 'pump_on', is: 1 }],
      unmoved: { fields: ['water_level', 'ditch_water_level'], by: 4 },
      holdMinutes: { warning: 120 },
      source:
        'proposed: 80 m³/h raise 0.8 ha by 10 mm an hour, evapotranspiration and percolation take less than 1 mm of it',
    },
  ],
  controls: [{ command: 'pump', field: 'pump_on' }],
  fields: [
    measured('water_level', '田面水位（地面为 0）', 'water level (soil surface = 0)', MILLIMETRE, [-500, 1500], 1, {
      normal: [-150, 600],
      maxStep: 150,
      aliases: ['level', 'paddy_level'],
      openUnit: { aliases: ['level'], units: ['cm', 'm'], within: [-500, 1500] },
    }),
    measured('ditch_water_level', '环沟水深', 'ditch depth', MILLIMETRE, [0, 3000], 1, {
      normal: [600, 1500],
      maxStep: 300,
      clampFrom: -20,
      aliases: ['ditch_level'],
    }),
    temperature('water_temperature', '水温', 'water temperature', [-2, 50], {
      normal: [7, 38],
      stuckAfterMinutes: 300,
      aliases: ['temperature', 'temp', 'water_temp'],
      openMedium: ['temperature', 'temp'],
      siblings: ['soil_temperature'],
    }),
    temperature('soil_temperature', '土壤温度', 'soil temperature', [-20, 60], {
      normal: [5, 35],
      aliases: ['soil_temp'],
    }),
    temperature('soil_temperature_5cm', '土壤温度 5 cm', 'soil temperature 5 cm', [-20, 60], { normal: [5, 35] }),
    temperature('soil_temperature_10cm', '土壤温度 10 cm', 'soil temperature 10 cm', [-20, 60], { normal: [5, 35] }),
    temperature('soil_temperature_20cm', '土壤温度 20 cm', 'soil temperature 20 cm', [-20, 60], { normal: [5, 35] }),
    // Puddled, saturated soil holds about 45-60 % by volume (ORYZA soil files: 0.44-0.53).
    measured('soil_moisture', '土壤体积含水率', 'soil water content', PERCENT, [0, 100], 0.1, {
      normal: [35, 60],
      maxStep: 30,
      clampFrom: -1,
      aliases: ['vwc', 'humidity_soil', 'moisture', 'soil_humidity'],
      openUnit: {
        aliases: ['vwc', 'humidity_soil', 'moisture', 'soil_humidity'],
        units: ['m3/m3'],
        within: [1, 100],
        step: 0,
      },
    }),
    measured('soil_ec', '土壤电导率', 'soil conductivity', ['uS/cm', 'µS/cm'], [0, 20_000], 1, {
      normal: [100, 1500],
      clampFrom: -10,
    }),
    measured('dissolved_oxygen', '溶解氧', 'dissolved oxygen', MG_PER_L, [0, 25], 0.01, {
      normal: [2, 10],
      maxStep: 2,
      stuckAfterMinutes: 60,
      clampFrom: -0.1,
      siblings: ['oxygen_saturation'],
      aliases: ['do', 'do_level', 'oxygen', 'dissolvedoxygen', 'disolved_oxygen', 'disolved_oxg'],
    }),
    measured('ph', 'pH', 'pH', ['[pH]', ''], [0, 14], 0.01, {
      normal: [6.5, 9],
      maxStep: 0.5,
      stuckAfterMinutes: 360,
      aliases: ['ph_level'],
    }),
    measured('specific_conductance', '电导率', 'specific conductance', ['uS/cm', 'µS/cm'], [0, 50_000], 1, {
      normal: [100, 1000],
      maxStep: 500,
      clampFrom: -5,
      aliases: ['conductivity', 'ec'],
      openMedium: ['conductivity', 'ec'],
      siblings: ['soil_ec'],
    }),
    measured('turbidity', '浊度', 'turbidity', ['{NTU}', 'NTU'], [0, 4000], 0.1, {
      normal: [5, 300],
      maxStep: 2000,
      clampFrom: -1,
      aliases: ['ntu'],
    }),
    // Rises to 20-30 mg/L for days after urea is spread, so beyond normal is common then.
    measured('ammonium_nitrogen', '铵态氮', 'ammonium nitrogen', MG_PER_L, [0, 100], 0.01, {
      normal: [0.1, 3],
      clampFrom: -0.05,
      aliases: ['ammonium', 'nh4_n'],
    }),
    // The sum of an interval of ten minutes; a bucket tips at 0.2 mm.
    measured('rainfall', '雨量', 'rainfall', MILLIMETRE, [0, 100], 0.2, {
      normal: [0, 20],
      isIntervalSum: true,
      aliases: ['rain'],
    }),
    measured('irrigation_flow', '灌溉流量', 'irrigation flow', ['m3/h', 'm³/h'], [0, 1000], 0.1, {
      normal: [0, 120],
      clampFrom: -1,
      aliases: ['flow'],
      openUnit: { aliases: ['flow'], units: ['L/min', 'L/s'], within: [0, 1000], step: 0 },
    }),
    choice(
      'gate_state',
      '闸门',
      'gate',
      { 0: { zh: '关闭', en: 'closed' }, 1: { zh: '半开', en: 'partly open' }, 2: { zh: '全开', en: 'open' } },
      { aliases: ['gate'] },
    ),
    toggle('pump_on', '水泵', 'pump', undefined, { aliases: ['pump'] }),
  ],
  primary: ['water_level', 'ditch_water_level', 'water_temperature', 'dissolved_oxygen'],
  panels: [
    { title: { zh: '田面水位', en: 'Water level' }, fields: ['water_level'] },
    { title: { zh: '环沟水深', en: 'Ditch depth' }, fields: ['ditch_water_level'] },
    {
      title: { zh: '水温与土温', en: 'Water and soil temperature' },
      fields: ['water_temperature', 'soil_temperature_10cm'],
    },
    { title: { zh: '溶解氧', en: 'Dissolved oxygen' }, fields: ['dissolved_oxygen'] },
    { title: { zh: 'pH', en: 'pH' }, fields: ['ph'] },
    { title: { zh: '雨量', en: 'Rainfall' }, fields: ['rainfall'] },
    { title: { zh: '灌溉', en: 'Irrigation' }, fields: ['irrigation_flow', 'pump_on'] },
  ],
};
export default paddy;
