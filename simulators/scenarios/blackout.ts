/** A power failure of the county for two hours: everything is offline, devices buffer, then all backlogs arrive at once, some with a lost clock. */
import { defineScenario } from '../scenario.ts';

export default defineScenario({
  label: { zh: '全县断电', en: 'Blackout' },
  about: {
    zh: '第 3 至 5 小时全部离线（页面应显示“未知”而不是“正常”），恢复后积压同时涌入，曲线补齐；少数设备时钟回到 1970，被拒并说明原因。',
    en: 'In hours 3 to 5 everything is offline (unknown, not good), then all backlogs arrive and the curves fill; a few clocks restart in 1970, and their readings are refused with the reason.',
  },
  hours: 8,
  startHour: 22,
  fleet: { aquaculture_pond: 5, paddy_water: 4, cold_chain: 3 },
  conditions: [
    { condition: 'compressor', fromHour: 3, toHour: 5, state: 'failed' },
    { condition: 'aerator', fromHour: 3, toHour: 5, state: 'off' },
  ],
  faults: [
    { fault: 'offline', fromHour: 3, toHour: 5 },
    { fault: 'reconnect-storm', fromHour: 5, toHour: 5.02 },
    { fault: 'clock-reset', on: { share: 0.1 }, fromHour: 5, toHour: 5.3 },
    { fault: 'start-up-garbage', on: { share: 0.1 }, fromHour: 5, toHour: 5.1 },
  ],
});
