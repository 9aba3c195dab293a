/** Is told of errors and does not listen. */
import { topicsOf } from '../../base/topics.ts';
import { fail, ok, type Rule, unseen, warning } from '../rule.ts';

/** As often the same was told and nothing changed. */
const OFTEN = 100;

export const errorsTopic: Rule = {
  code: 'ERRORS_UNREAD',
  title: { zh: '订阅 errors', en: 'Listens to errors' },
  costs: {
    zh: '被拒绝的数据有确认、有原因，但设备不看：同样的错误一直发下去，数据一直缺。',
    en: 'What is refused is acknowledged and explained, but the device does not look: the same mistake goes on, and the data stay missing.',
  },
  change: {
    zh: '连上后以 QoS 1 订阅 daoyu/{园区}/{设备}/errors，打印到串口日志。',
    en: 'Subscribe to daoyu/{park}/{device}/errors at QoS 1 after connecting, and print what comes.',
  },
  judge({ publishes, connections, device }) {
    const told = publishes.flatMap((each) => each.told);
    const [first] = told;
    const topic = topicsOf(device).errors;
    const isRead = connections.some(({ filters }) => filters.includes(topic));
    if (first === undefined) return isRead ? ok('已订阅，没有错误。', 'Subscribed; there were no errors.') : unseen;
    const most = Math.max(...countsOf(told.map(({ code }) => code)).values());
    const said = [
      `有 ${told.length} 个错误（如 ${first.code}），设备${isRead ? '已订阅' : '没有订阅'} errors。`,
      `${told.length} errors (such as ${first.code}); the device ${isRead ? 'has' : 'has not'} subscribed to errors.`,
    ] as const;
    if (most > OFTEN) return fail(...said);
    if (isRead) return ok(...said);
    return connections.some(({ isEarlier, isResumed }) => isEarlier || isResumed) ? unseen : warning(...said);
  },
};

export function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
