/** Readings without a time. */
import { ok, type Rule, unseen, warning } from '../rule.ts';
import { exampleOf } from '../words.ts';

export const timeMissing: Rule = {
  code: 'TIME_MISSING',
  title: { zh: '测量时间', en: 'Measured time' },
  costs: {
    zh: '只能用收到的时间：断线补发的数据全堆在重连那一刻，重发也可能算成两条。',
    en: 'The time of receipt stands in: a backlog is stored at the moment of reconnecting, and a resend may count twice.',
  },
  change: {
    zh: '每条数据带 "time"；没有时钟就带 "age"（测量到现在的秒数）。',
    en: 'Send "time" with each reading; without a clock send "age", the seconds since it was measured.',
  },
  judge({ telemetry }) {
    const read = telemetry.filter(({ readings }) => readings.length > 0);
    const bare = read.filter(
      ({ readings, at, payload }) =>
        readings.every(({ time }) => time === at) && !saysWhen(Buffer.from(payload, 'base64').toString(), at),
    );
    const [first] = bare;
    if (read.length === 0) return unseen;
    if (first === undefined) return ok(`${read.length} 条都有时间。`, `All ${read.length} carry a time.`);
    return warning(
      `${read.length} 条中 ${bare.length} 条没有时间，如 ${exampleOf(first)}`,
      `${bare.length} of ${read.length} without a time, such as ${exampleOf(first)}`,
    );
  },
};

/** A device nearby may measure and send within one millisecond: then its own time is that of receipt. */
function saysWhen(payload: string, at: number): boolean {
  const forms = ['"age"', String(at), String(Math.floor(at / 1000)), new Date(at).toISOString().slice(0, 19)];
  return forms.some((form) => payload.includes(form));
}
