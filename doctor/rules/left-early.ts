/** Says goodbye before the PUBACK is there. */
import { isTelemetry } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { timeOf } from '../words.ts';

export const leftEarly: Rule = {
  code: 'LEFT_BEFORE_PUBACK',
  title: { zh: '断开前等 PUBACK', en: 'Waits before it disconnects' },
  costs: {
    zh: '发完就断：平台可能没收到，设备却已删除。',
    en: 'It disconnects right behind the publish: what the platform did not get is gone.',
  },
  change: {
    zh: '收到 PUBACK 再 DISCONNECT、再断电休眠。',
    en: 'Wait for the PUBACK, then DISCONNECT, then sleep.',
  },
  judge({ connections }) {
    const left = connections.filter(({ endedBy }) => endedBy === 'device');
    const early = left.filter(({ publishes }) =>
      publishes.some((each) => each.qos > 0 && isTelemetry(each) && each.acknowledgedAt === undefined),
    );
    const [first] = early;
    if (left.length === 0) return unseen;
    if (first === undefined)
      return ok(`${left.length} 次断开前都已确认。`, `All was acknowledged before ${left.length} disconnects.`);
    return fail(
      `${left.length} 次断开中 ${early.length} 次还有未确认的数据，首次 ${timeOf(first.endedAt ?? first.at)}。`,
      `${early.length} of ${left.length} disconnects with readings still open, the first at ${timeOf(first.endedAt ?? first.at)}.`,
    );
  },
};
