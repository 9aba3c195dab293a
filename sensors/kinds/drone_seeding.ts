/** A seeding drone's ground station: a mission of minutes at 1 Hz, then silence, which is no fault. */
import { choice, measured, PERCENT, position, toggle } from '../fields.ts';
import type { Kind } from '../kind.ts';

const drone: Kind = {
  name: 'drone_seeding',
  label: { zh: '无人机飞播', en: 'Drone seeding' },
  subplatform: 'smart_rice',
  intervalMs: 1000,
  defaultProfile: 'drone_seeding',
  isIntermittent: true,
  fields: [
    ...position,
    // Row-wise sowing flies at 1.5 m (Liu 2022), spreading discs at 2 m (Li 2016) and above.
    measured('altitude_agl', '离地高度', 'height above ground', ['m', 'm'], [-2, 120], 0.01, {
      normal: [1.5, 4],
      aliases: ['altitude', 'height'],
    }),
    measured('ground_speed', '地速', 'ground speed', ['m/s', 'm/s'], [0, 25], 0.01, {
      normal: [3, 7],
      aliases: ['speed'],
    }),
    measured('heading', '航向', 'heading', ['deg', '°'], [0, 360], 0.1, {}),
    // The quality codes of NMEA 0183 GGA.
    choice('rtk_fix', '定位状态', 'position fix', {
      0: { zh: '无定位', en: 'none' },
      1: { zh: '单点', en: 'single' },
      2: { zh: '差分', en: 'DGPS' },
      4: { zh: '固定解', en: 'RTK fixed' },
      5: { zh: '浮点解', en: 'RTK float' },
    }),
    measured('satellites', '卫星数', 'satellites', ['1', ''], [0, 60], 1, { normal: [15, 60] }),
    measured('hdop', '水平精度因子', 'HDOP', ['1', ''], [0.3, 50], 0.01, { normal: [0.3, 1.5] }),
    // A DJI T40 lifts 51 kg of seed with its battery in (maker's data).
    measured('hopper_weight', '料箱余量', 'seed in the hopper', ['kg', 'kg'], [0, 100], 0.01, {
      normal: [0, 50],
      clampFrom: -0.5,
      aliases: ['hopper'],
    }),
    measured('flow_rate', '排种流量', 'seed flow', ['kg/min', 'kg/min'], [0, 200], 0.01, {
      normal: [4, 12],
      clampFrom: -0.1,
    }),
    measured('seeding_rate', '播量', 'seeding rate', ['kg/har', 'kg/ha'], [0, 400], 0.1, {
      normal: [22, 60],
      clampFrom: -1,
      aliases: ['rate'],
    }),
    // 900 r/min in Li 2016, 700-1300 in the trials of Auburn University.
    measured('disc_speed', '撒播盘转速', 'disc speed', ['/min', 'r/min'], [0, 2000], 1, { normal: [700, 1300] }),
    measured('swath_width', '有效播幅', 'swath', ['m', 'm'], [0, 15], 0.1, { normal: [4, 7] }),
    toggle('spreading', '播撒中', 'spreading'),
    measured('battery_level', '电量', 'battery level', PERCENT, [0, 100], 1, {
      normal: [15, 100],
      aliases: ['battery', 'soc'],
    }),
    measured('battery_voltage', '电池电压', 'battery voltage', ['V', 'V'], [30, 65], 0.01, { normal: [44, 60] }),
    measured('wind_speed', '风速', 'wind speed', ['m/s', 'm/s'], [0, 40], 0.1, { normal: [0, 4], aliases: ['wind'] }),
    measured('wind_direction', '风向', 'wind direction', ['deg', '°'], [0, 360], 1, {}),
    measured('line_index', '航线', 'line', ['1', ''], [0, 10_000], 1, {}),
    // The drone's own count, which sums overlaps; what its swaths cover is worked out beside it and is called the seeded area.
    measured('area_covered', '飞控累计面积', 'area counted by the drone', ['har', 'ha'], [0, 1000], 0.0001, {
      decimals: 2,
      normal: [0, 100],
      aliases: ['area'],
    }),
  ],
  primary: ['seeding_rate', 'area_covered', 'hopper_weight', 'battery_level'],
  panels: [
    { title: { zh: '播量', en: 'Seeding rate' }, fields: ['seeding_rate'] },
    { title: { zh: '飞控累计面积', en: 'Area counted by the drone' }, fields: ['area_covered'] },
    { title: { zh: '料箱与电量', en: 'Hopper and battery' }, fields: ['hopper_weight', 'battery_level'] },
    { title: { zh: '地速与风速', en: 'Speed and wind' }, fields: ['ground_speed', 'wind_speed'] },
    { title: { zh: '离地高度', en: 'Height' }, fields: ['altitude_agl'] },
  ],
  attributes: ['mission_id', 'sortie_id'],
};
export default drone;
