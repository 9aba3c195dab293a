/** A day of rice seeding by drone: missions in the morning and the afternoon; the silence in between is not a fault. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '飞播作业日', en: 'Seeding day' },
  about: {
    zh: '上午、下午各一次飞行任务，飞行时每秒一点，其余时间安静（显示“待命”而非“失联”）；看播量、已播面积、料箱与电量。',
    en: 'A mission in the morning and one in the afternoon, a point per second in flight and silence in between (idle, not lost): rate, area, hopper, battery.',
  },
  hours: 14,
  startHour: 6,
  season: '05-12',
  fleet: { drone_seeding: 1, paddy_water: 1 },
  conditions: [
    { condition: 'mission', fromHour: 2, toHour: 3.5 },
    { condition: 'mission', fromHour: 8, toHour: 9.5 },
    { condition: 'rain', fromHour: 0, toHour: 14, mmPerHour: 0 },
    { condition: 'wind', fromHour: 0, toHour: 14, speed: 1.5 },
  ],
  faults: [],
});
