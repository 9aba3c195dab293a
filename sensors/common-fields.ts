/** Fields that every device may report, whatever it measures. Each kind that does not define a field of the same name gets it. */
import { measured, PERCENT } from './fields.ts';
import type { Field } from './kind.ts';

export const COMMON_FIELDS: readonly Field[] = [
  measured('battery_voltage', '电池电压', 'battery voltage', ['V', 'V'], [0, 65], 0.01, {
    normal: [3.3, 60],
    aliases: ['vbat', 'battery_v', 'bat_v', 'batv', 'battery_volt'],
  }),
  measured('battery_level', '电量', 'battery level', PERCENT, [0, 100], 1, {
    normal: [15, 100],
    aliases: ['battery', 'bat', 'soc'],
    siblings: ['battery_voltage'],
    openUnit: { aliases: ['battery', 'bat'], units: ['ratio'], within: [5, 100] },
  }),
  // Loggers report 0 when they have no reading; a real signal is below -20.
  measured('rssi', '信号强度', 'signal strength', ['dB[mW]', 'dBm'], [-140, -1], 1, {
    normal: [-105, -40],
    sentinels: [0],
    aliases: ['csq_dbm', 'signal'],
  }),
];
