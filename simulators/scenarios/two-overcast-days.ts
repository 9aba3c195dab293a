/** Two overcast days after a sunny one: the pond with a broken aerator runs out of oxygen at dawn, the others do not. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '连阴两日', en: 'Two overcast days' },
  about: {
    zh: '晴一天后连阴两天，黎明溶解氧一天比一天低：竹溪 1 号塘增氧机坏了，第三、四天黎明跌破 3 mg/L，其余塘由增氧机托住。',
    en: 'A sunny day, then two overcast ones, with less oxygen at each dawn. Zhuxi pond 1 has a broken aerator and falls below 3 mg/L on the third and fourth dawn; the aerators of the others keep their oxygen up.',
  },
  hours: 96,
  season: '07-15',
  fleet: { aquaculture_pond: 1 },
  conditions: [
    { condition: 'sky', fromHour: 0, toHour: 24, state: 'clear' },
    { condition: 'sky', fromHour: 24, toHour: 48, state: 'overcast', clearness: 0.22 },
    { condition: 'sky', fromHour: 48, toHour: 72, state: 'overcast', clearness: 0.18 },
    { condition: 'sky', fromHour: 72, toHour: 96, state: 'mixed' },
    { condition: 'wind', fromHour: 24, toHour: 78, speed: 0.5 },
    {
      condition: 'aerator',
      fromHour: 0,
      toHour: 96,
      state: 'broken',
      sites: ['zhuxi-pond-1', 'sim-aquaculture-pond-1'],
    },
  ],
  faults: [],
});
