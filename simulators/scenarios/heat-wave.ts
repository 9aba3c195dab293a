/** A week of heat: warm water holds little oxygen and ammonia turns toxic, compressors run without pause, paddies dry. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '热浪', en: 'Heat wave' },
  about: {
    zh: '一周晴热，气温比常年高 5 °C：塘水过热、夜间缺氧、非离子氨升高，田面水蒸发加快，冷库压缩机几乎不停。',
    en: 'A sunny week, 5 K warmer than usual: hot ponds with little oxygen at night and more toxic ammonia, drying paddies, compressors that hardly stop.',
  },
  hours: 168,
  season: '08-01',
  fleet: { aquaculture_pond: 4, paddy_water: 3, cold_chain: 3 },
  conditions: [
    { condition: 'sky', fromHour: 0, toHour: 168, state: 'clear' },
    { condition: 'air', fromHour: 0, toHour: 168, warmerBy: 5 },
    { condition: 'rain', fromHour: 0, toHour: 168, mmPerHour: 0 },
  ],
  faults: [],
});
