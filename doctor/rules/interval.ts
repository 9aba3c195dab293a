/** Measures at another interval than registered, or irregularly. */
import { ok, type Rule, unseen, warning } from '../rule.ts';
import { duration, medianOf } from '../words.ts';

const READINGS = 6;
const OFF_BY = 0.3;
const IRREGULAR_BY = 0.5;
const IRREGULAR_SHARE = 0.2;
/** Schedulers of busy gateways are as late as this; silence is judged in seconds, so nothing follows from it. */
const JITTER_MS = 500;

export const interval: Rule = {
  code: 'INTERVAL_OFF',
  title: { zh: '采样间隔', en: 'Interval' },
  costs: {
    zh: '静默报警按登记的间隔算：比登记的慢会误报离线，比登记的快会晚报。',
    en: 'Silence is judged by the registered interval: slower gives false alarms, faster gives late ones.',
  },
  change: {
    zh: '让固件间隔与登记一致，或在平台改登记；用定时器，不要用“做完再睡 N 秒”。',
    en: 'Make firmware and registry agree; use a timer, not a sleep behind the work.',
  },
  judge({ telemetry, device }) {
    const times = [...new Set(telemetry.flatMap(({ readings }) => readings.map(({ time }) => time)))].sort(
      (a, b) => a - b,
    );
    if (times.length < READINGS) return unseen;
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    const median = medianOf(gaps);
    const irregular = gaps.filter((gap) => Math.abs(gap - median) > Math.max(IRREGULAR_BY * median, JITTER_MS)).length;
    const said = [
      `${times.length} 条读数，间隔中位数 ${duration(median)}，登记 ${duration(device.intervalMs)}，不规则 ${irregular} 次。`,
      `${times.length} readings, median interval ${duration(median)}, registered ${duration(device.intervalMs)}, ${irregular} irregular.`,
    ] as const;
    const isOff = Math.abs(median - device.intervalMs) > Math.max(OFF_BY * device.intervalMs, JITTER_MS);
    return isOff || irregular > IRREGULAR_SHARE * gaps.length ? warning(...said) : ok(...said);
  },
};
