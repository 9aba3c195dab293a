/** A recirculating batch dryer for rough rice: hot air, grain, and its moisture on its way from the field's to 13.5 %. Normal ranges are those of paddy; an on-line meter shows ±0.5 % between 10 and 20 %, less well above. */
import { choice, measured, PERCENT, temperature, toggle } from '../fields.ts';
import type { Kind } from '../kind.ts';

const dryer: Kind = {
  name: 'grain_dryer',
  label: { zh: '粮食烘干机', en: 'Grain dryer' },
  subplatform: 'smart_processing',
  intervalMs: 60_000,
  defaultProfile: 'dryer_food_rice',
  advice: {
    hot_air_temperature_high: {
      zh: '降低热风温度：高于 50 ℃ 爆腰、米质变差',
      en: 'Turn the hot air down: above 50 °C kernels crack',
    },
    grain_temperature_high: { zh: '停火缓苏，待谷温回落', en: 'Stop the burner and temper until the grain has cooled' },
    exhaust_temperature_high: {
      zh: '立即停火断风，查热风道与糠尘：有着火危险',
      en: 'Stop burner and fan, look for burning dust: danger of fire',
    },
    grain_moisture_low: { zh: '已到安全水分：停火、冷却、出机', en: 'Dry enough to store: stop, cool, unload' },
  },
  fields: [
    temperature('hot_air_temperature', '热风温度', 'hot air temperature', [-20, 200], {
      normal: [5, 50],
      sentinels: [-127],
      maxStep: 40,
      aliases: ['hot_air', 'inlet_temperature'],
    }),
    temperature('grain_temperature', '谷温', 'grain temperature', [-20, 80], {
      normal: [0, 38],
      sentinels: [-127],
      maxStep: 6,
      aliases: ['grain_temp'],
    }),
    temperature('exhaust_temperature', '排气温度', 'exhaust temperature', [-20, 120], {
      normal: [0, 45],
      sentinels: [-127],
      maxStep: 15,
      aliases: ['exhaust_temp', 'outlet_temperature'],
    }),
    measured('exhaust_humidity', '排气湿度', 'exhaust humidity', PERCENT, [0, 100], 0.1, {
      normal: [30, 100],
      aliases: ['exhaust_rh'],
    }),
    // Wet basis. The meter takes kernels every few minutes, so the last digit stays for a while.
    measured('grain_moisture', '谷物水分', 'grain moisture (wet basis)', PERCENT, [5, 45], 0.1, {
      normal: [12.5, 30],
      maxStep: 3,
      aliases: ['moisture', 'grain_mc'],
    }),
    temperature('ambient_temperature', '环境温度', 'ambient temperature', [-20, 50], {
      normal: [-5, 42],
      sentinels: [-127],
    }),
    measured('ambient_humidity', '环境湿度', 'ambient humidity', PERCENT, [0, 100], 0.1, { normal: [30, 100] }),
    measured('batch_mass', '批量', 'mass of the batch', ['t', 't'], [0, 100], 0.1, {
      normal: [0, 30],
      clampFrom: -0.5,
      aliases: ['mass'],
    }),
    toggle('burner_on', '热源', 'burner', undefined, { aliases: ['burner'] }),
    toggle('elevator_on', '提升机', 'elevator', undefined, { aliases: ['elevator'] }),
    measured('fan_current', '风机电流', 'fan current', ['A', 'A'], [0, 200], 0.1, { normal: [0, 60], clampFrom: -0.5 }),
    choice(
      'dryer_phase',
      '工序',
      'phase',
      {
        0: { zh: '停机', en: 'idle' },
        1: { zh: '进粮', en: 'loading' },
        2: { zh: '烘干', en: 'drying' },
        3: { zh: '缓苏', en: 'tempering' },
        4: { zh: '冷却', en: 'cooling' },
        5: { zh: '出粮', en: 'unloading' },
      },
      { aliases: ['phase'] },
    ),
  ],
  primary: ['grain_moisture', 'hot_air_temperature', 'grain_temperature', 'dryer_phase'],
  panels: [
    { title: { zh: '谷物水分', en: 'Grain moisture' }, fields: ['grain_moisture'] },
    {
      title: { zh: '热风与谷温', en: 'Hot air and grain' },
      fields: ['hot_air_temperature', 'grain_temperature', 'exhaust_temperature'],
    },
    { title: { zh: '工序与热源', en: 'Phase and burner' }, fields: ['dryer_phase', 'burner_on'] },
    { title: { zh: '批量', en: 'Mass of the batch' }, fields: ['batch_mass'] },
    { title: { zh: '环境', en: 'Outside' }, fields: ['ambient_temperature'] },
  ],
  attributes: ['batch_id'],
};
export default dryer;
