/** Retained telemetry. */
import { isTelemetry } from '../facts.ts';
import { ok, type Rule, unseen, warning } from '../rule.ts';
import { timeOf } from '../words.ts';

export const retain: Rule = {
  code: 'RETAINED',
  title: { zh: '遥测不保留', en: 'Telemetry not retained' },
  costs: {
    zh: '保留的遥测会被别的代理当作新数据重发；本平台只保留 status，其余忽略。',
    en: 'Another broker hands retained telemetry out as if it were new. This platform retains status alone and ignores it elsewhere.',
  },
  change: { zh: '遥测的 retain 置 0，只有 status 置 1。', en: 'Clear RETAIN on telemetry; set it on status alone.' },
  judge({ publishes }) {
    const telemetry = publishes.filter(isTelemetry);
    const retained = telemetry.filter(({ isRetained }) => isRetained);
    const [first] = retained;
    if (telemetry.length === 0) return unseen;
    if (first === undefined) return ok(`${telemetry.length} 条都未保留。`, `None of ${telemetry.length} is retained.`);
    return warning(
      `${telemetry.length} 条遥测中 ${retained.length} 条带 retain，首条 ${timeOf(first.at)}。`,
      `${retained.length} of ${telemetry.length} publishes carry RETAIN, the first at ${timeOf(first.at)}.`,
    );
  },
};
