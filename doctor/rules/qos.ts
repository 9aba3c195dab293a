/** Telemetry at QoS 0: no promise is given for it. */
import { isTelemetry } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { timeOf } from '../words.ts';

export const qos: Rule = {
  code: 'QOS_0',
  title: { zh: '遥测的 QoS', en: 'QoS of telemetry' },
  costs: {
    zh: 'QoS 0 没有 PUBACK：链路抖动时数据无声丢失，谁也不知道丢了多少。',
    en: 'QoS 0 has no PUBACK: readings are lost without a trace whenever the link falters.',
  },
  change: {
    zh: '遥测用 QoS 1 发布，收到 PUBACK 才从缓存删除。',
    en: 'Publish telemetry at QoS 1, and delete it only after its PUBACK.',
  },
  judge({ publishes }) {
    const telemetry = publishes.filter(isTelemetry);
    const lost = telemetry.filter((each) => each.qos === 0);
    const [first] = lost;
    if (telemetry.length === 0) return unseen;
    if (first === undefined)
      return ok(`${telemetry.length} 条都是 QoS 1 或 2。`, `All ${telemetry.length} at QoS 1 or 2.`);
    return fail(
      `${telemetry.length} 条遥测中 ${lost.length} 条是 QoS 0，首条 ${timeOf(first.at)}。`,
      `${lost.length} of ${telemetry.length} publishes at QoS 0, the first at ${timeOf(first.at)}.`,
    );
  },
};
