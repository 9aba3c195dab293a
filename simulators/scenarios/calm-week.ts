/** A week without incidents, as a reference for the others. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '平静的一周', en: 'Calm week' },
  about: {
    zh: '七天正常运行：溶解氧黎明最低、傍晚最高，水位缓降后灌回，冷库温度规律起伏；总览应全为“正常”，隔离区为空。',
    en: 'Seven normal days: oxygen lowest at dawn and highest before evening, paddy levels fall and are refilled, stores cycle; all good, quarantine empty.',
  },
  hours: 168,
  season: '06-10',
  fleet: { aquaculture_pond: 5, paddy_water: 4, cold_chain: 3, drone_seeding: 1 },
  conditions: [{ condition: 'sky', fromHour: 0, toHour: 168, state: 'mixed' }],
  faults: [],
});
