/** No last will on `status`: the platform learns of a broken link only by silence. */
import { topicsOf } from '../../base/topics.ts';
import { ok, type Rule, unseen, warning } from '../rule.ts';

export const will: Rule = {
  code: 'WILL_MISSING',
  title: { zh: '遗嘱', en: 'Last will' },
  costs: {
    zh: '断线后平台只能等静默超时才知道设备离线，值守会晚几分钟到几十分钟得知。',
    en: 'After a broken link the platform waits for silence before it knows; the person on duty learns minutes late.',
  },
  change: {
    zh: '在 CONNECT 里设置遗嘱：主题 daoyu/{园区}/{设备}/status，内容 offline，QoS 1，保留；连上后在同一主题发布 online。',
    en: 'Set a will in CONNECT: topic daoyu/{park}/{device}/status, payload offline, QoS 1, retained; publish online there after connecting.',
  },
  judge({ connections, device }) {
    const last = connections.at(-1);
    if (last === undefined) return unseen;
    const wanted = topicsOf(device).status;
    if (last.will === undefined) return warning('CONNECT 里没有遗嘱。', 'CONNECT carries no will.');
    if (last.will.topic !== wanted)
      return warning(
        `遗嘱在 ${last.will.topic}，应在 ${wanted}。`,
        `The will is on ${last.will.topic}, not ${wanted}.`,
      );
    if (!last.will.isRetained || last.will.qos === 0)
      return warning(
        `遗嘱 QoS ${last.will.qos}，${last.will.isRetained ? '保留' : '未保留'}；应为 QoS 1 且保留。`,
        `The will has QoS ${last.will.qos} and is ${last.will.isRetained ? '' : 'not '}retained; it must be QoS 1, retained.`,
      );
    return ok(`遗嘱在 ${wanted}，QoS ${last.will.qos}，保留。`, `Will on ${wanted}, QoS ${last.will.qos}, retained.`);
  },
};
