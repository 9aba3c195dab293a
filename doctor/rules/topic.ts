/** Publishes on a topic that is not its own, or that nothing listens to. */
import { fail, ok, type Rule, unseen } from '../rule.ts';

const HEARD = /^(telemetry(\/.+)?|status|replies)$/;

export const topic: Rule = {
  code: 'TOPIC_WRONG',
  title: { zh: '主题', en: 'Topics' },
  costs: {
    zh: '别人的主题：连接被断开，设备陷入重连循环。自己名下没人听的主题：数据进隔离区，不会入库。',
    en: 'A foreign topic ends the connection, and the device loops. A topic of its own that nothing listens to goes to quarantine, not into the store.',
  },
  change: {
    zh: '只发布到 daoyu/{园区}/{设备}/telemetry、status、replies：全小写，开头没有斜杠。',
    en: 'Publish on daoyu/{park}/{device}/telemetry, status and replies only: lower case, no leading slash.',
  },
  judge({ publishes }) {
    const wrong = publishes.filter(({ channel }) => channel === undefined || !HEARD.test(channel));
    const [first] = wrong;
    if (publishes.length === 0) return unseen;
    if (first === undefined)
      return ok(`${publishes.length} 条主题都对。`, `${publishes.length} publishes on the right topics.`);
    const hint = { zh: hintFor(first.topic)?.zh ?? '', en: hintFor(first.topic)?.en ?? '' };
    return fail(
      `${publishes.length} 条中 ${wrong.length} 条主题不对，如 ${first.topic}${hint.zh}。`,
      `${wrong.length} of ${publishes.length} on a wrong topic, such as ${first.topic}${hint.en}.`,
    );
  },
};

function hintFor(name: string) {
  if (name.startsWith('/')) return { zh: '（开头多了斜杠）', en: ' (a leading slash)' };
  if (name !== name.toLowerCase()) return { zh: '（有大写字母）', en: ' (capital letters)' };
  if (name.endsWith('/')) return { zh: '（结尾多了斜杠）', en: ' (a slash at the end)' };
  return undefined;
}
