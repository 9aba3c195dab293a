/** The compressor of a refrigerated van fails on the road; later the door of a store stays open. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '冷藏车故障', en: 'Reefer breakdown' },
  about: {
    zh: '第 6 小时冷藏车 1 压缩机停机 4 小时：空气先升、货品慢升；第 14 小时冰鲜库门敞开一个半小时，空气升温，关门后恢复。',
    en: 'At hour 6 the compressor of reefer 1 fails for four hours: the air warms first, the cargo slowly. At hour 14 the door of the chilled store is open for an hour and a half.',
  },
  hours: 24,
  season: '07-20',
  fleet: { cold_chain: 1 },
  conditions: [
    {
      condition: 'compressor',
      fromHour: 6,
      toHour: 10,
      state: 'failed',
      sites: ['reefer-1', 'sim-cold-chain-1'],
    },
    {
      condition: 'door',
      fromHour: 14,
      toHour: 15.5,
      state: 'open',
      sites: ['logistics-chilled-1', 'sim-cold-chain-2'],
    },
  ],
  // Meanwhile, a tunnel or a valley without reception.
  faults: [{ fault: 'offline', on: { share: 0.5 }, fromHour: 6.5, toHour: 7.5 }],
});
