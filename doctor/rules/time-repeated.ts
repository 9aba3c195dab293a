/** Different readings under one time: a whole backlog stamped with the time of sending, or a clock that stands. */
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { timeOf } from '../words.ts';

export const timeRepeated: Rule = {
  code: 'TIME_REPEATED',
  title: { zh: '一次测量一个时间', en: 'One time, one measurement' },
  costs: {
    zh: '时间是数据的身份：同一时间的不同数值只留第一条，其余进隔离区。',
    en: 'The time is a reading’s identity: of different values at one time the first is kept, the others go to quarantine.',
  },
  change: {
    zh: '在测量的那一刻取时间并随数据存进缓存，不要在发送时统一取。',
    en: 'Take the time at each measurement and keep it with the reading; do not stamp them when sending.',
  },
  judge({ telemetry }) {
    const timed = telemetry.flatMap(({ readings, at }) => readings.filter(({ time }) => time !== at));
    if (timed.length < 2) return unseen;
    const byTime = new Map<number, Map<string, Set<number>>>();
    for (const { time, values } of timed) {
      const fields = byTime.get(time) ?? new Map<string, Set<number>>();
      for (const [field, value] of Object.entries(values))
        fields.set(field, (fields.get(field) ?? new Set()).add(value));
      byTime.set(time, fields);
    }
    const clashing = [...byTime].filter(([, fields]) => [...fields.values()].some((values) => values.size > 1));
    const [first] = clashing;
    if (first === undefined) return ok(`${timed.length} 条时间各不相同。`, `${timed.length} readings, no clash.`);
    const [time, seen] = first;
    const [field = '', clash] = [...seen].find(([, values]) => values.size > 1) ?? [];
    const list = [...(clash ?? [])].slice(0, 3).join(', ');
    return fail(
      `${clashing.length} 个时间下有不同数值，如 ${timeOf(time)} 的 ${field}：${list}`,
      `${clashing.length} times with different values, such as ${field} at ${timeOf(time)}: ${list}`,
    );
  },
};
