/** A bad night: a pond without oxygen, a van without cooling, an open door, a stuck sensor and a silent one. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '难熬的一夜', en: 'A bad night' },
  about: {
    zh: '连阴两天后的第四个凌晨：竹溪 1 号塘增氧机坏、溶解氧跌破 3 mg/L；冷藏车 1 停机升温；冰鲜库门敞开；甘棠 1 号塘探头卡住、广福塘断网，两处应显示“未知”而不是“正常”。',
    en: 'The fourth night after two overcast days: Zhuxi pond 1 without aerator falls below 3 mg/L, reefer 1 warms, the door of the chilled store is open; the probe of Gantang pond 1 is stuck and Guangfu pond is silent: both must be unknown, not good.',
  },
  hours: 78,
  season: '07-15',
  fleet: { aquaculture_pond: 3, cold_chain: 2 },
  conditions: [
    { condition: 'sky', fromHour: 0, toHour: 24, state: 'clear' },
    { condition: 'sky', fromHour: 24, toHour: 48, state: 'overcast', clearness: 0.22 },
    { condition: 'sky', fromHour: 48, toHour: 78, state: 'overcast', clearness: 0.18 },
    { condition: 'wind', fromHour: 24, toHour: 78, speed: 0.5 },
    {
      condition: 'aerator',
      fromHour: 40,
      toHour: 78,
      state: 'broken',
      sites: ['zhuxi-pond-1', 'sim-aquaculture-pond-1'],
    },
    { condition: 'compressor', fromHour: 73, toHour: 78, state: 'failed', sites: ['reefer-1', 'sim-cold-chain-1'] },
    { condition: 'door', fromHour: 74, toHour: 78, state: 'open', sites: ['logistics-chilled-1', 'sim-cold-chain-2'] },
  ],
  faults: [
    {
      fault: 'stuck',
      on: { sites: ['gantang-pond-1', 'sim-aquaculture-pond-2'] },
      fields: ['dissolved_oxygen'],
      fromHour: 71,
      toHour: 78,
    },
    { fault: 'offline', on: { sites: ['guangfu-pond-1', 'sim-aquaculture-pond-3'] }, fromHour: 74, toHour: 78 },
    { fault: 'offline', on: { kinds: ['cold_chain'], share: 0.3 }, fromHour: 50, toHour: 50.7 },
  ],
});
