/** Every reading the same: the firmware sends a stale buffer, not a measurement. */
import { ok, type Rule, unseen, warning } from '../rule.ts';

const READINGS = 10;

export const stuck: Rule = {
  code: 'VALUES_STUCK',
  title: { zh: '读数会变', en: 'Values move' },
  costs: {
    zh: '看着正常，其实传感器断了或固件在发旧值：缺氧也不会报警。',
    en: 'It looks well, but the sensor is off or the firmware sends an old value: no alarm would come.',
  },
  change: {
    zh: '检查传感器接线和轮询是否成功；读失败时不要发上一次的值。',
    en: 'Check the wiring and whether the poll succeeds; never send the last value when a read fails.',
  },
  judge({ telemetry }) {
    const readings = telemetry.flatMap((each) => each.readings);
    if (new Set(readings.map(({ time }) => time)).size < READINGS) return unseen;
    // A switch may well stay as it is: only measured fractions have to move.
    const texts = readings.map(({ values }) =>
      JSON.stringify(Object.entries(values).filter(([, value]) => !Number.isInteger(value))),
    );
    const [first = '[]'] = texts;
    if (first === '[]' || texts.some((text) => text !== first))
      return ok(`${readings.length} 条读数有变化。`, `${readings.length} readings, and they move.`);
    return warning(
      `${readings.length} 条读数完全相同：${JSON.stringify(readings[0]?.values)}`,
      `${readings.length} readings are all the same: ${JSON.stringify(readings[0]?.values)}`,
    );
  },
};
