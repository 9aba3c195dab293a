/** Sends again with the time of sending: the platform takes it for another reading. */
import type { Facts, Published } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { exampleOf, timeOf } from '../words.ts';
import { openOf } from './resend.ts';

/** Behind the reconnect. */
const FIRST_PUBLISHES = 5;

export const resendTime: Rule = {
  code: 'RESENT_WITH_NEW_TIME',
  title: { zh: '重发时间不变', en: 'Keeps the time on resend' },
  costs: {
    zh: '同一次测量以两个时间存成两条，曲线和统计都会失真。',
    en: 'One measurement is stored twice under two times; charts and statistics are wrong.',
  },
  change: {
    zh: '测量时就把时间写进数据存进缓存，重发时原样发出。',
    en: 'Write the time into the reading when it is measured, keep that text, and send it unchanged.',
  },
  judge(facts) {
    const open = openOf(facts).filter(({ readings }) => readings.length > 0);
    if (open.length === 0) return unseen;
    const pairs = open.flatMap((each) => {
      const later = twinOf(each, facts);
      return later === undefined ? [] : [{ each, later }];
    });
    const [first] = pairs;
    if (first === undefined) return ok('没有换时间重发。', 'Nothing came again under another time.');
    return fail(
      `${pairs.length} 条换了时间重发：先 ${exampleOf(first.each)}，后 ${exampleOf(first.later)}（${timeOf(first.later.at)}）`,
      `${pairs.length} came again under another time: first ${exampleOf(first.each)}, then ${exampleOf(first.later)} (${timeOf(first.later.at)})`,
    );
  },
};

function twinOf(published: Published, { connections }: Facts): Published | undefined {
  const [reading] = published.readings;
  const next = connections.find(({ at }) => at > published.at);
  if (reading === undefined || next === undefined) return undefined;
  const values = JSON.stringify(reading.values);
  const first = next.publishes.slice(0, FIRST_PUBLISHES);
  // It came again as it was: then the other is another measurement.
  if (first.some((each) => each.readings.some(({ time }) => time === reading.time))) return undefined;
  return first.find((each) => each.readings.some((other) => JSON.stringify(other.values) === values));
}
