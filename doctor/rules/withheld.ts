/** Active: one PUBACK is withheld, then the link is cut. A device that keeps its promise sends the publish again. */
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { duration, exampleOf } from '../words.ts';
import { cameAgain } from './resend.ts';

export const withheld: Rule = {
  code: 'WITHHELD_NOT_RESENT',
  isActive: true,
  title: { zh: '扣下 PUBACK 的反应', en: 'Withheld PUBACK' },
  costs: {
    zh: '平台没有确认的数据被设备丢掉：每次断线都会少几条。',
    en: 'The device drops what the platform never acknowledged: each broken link costs readings.',
  },
  change: {
    zh: '发布后留在缓存，收到 PUBACK 才删；10–30 秒没有就重连，按原标识带 DUP 重发。',
    en: 'Keep a publish until its PUBACK; after 10 to 30 s without one reconnect and send it again, same id, with DUP.',
  },
  judge(facts) {
    const [published] = facts.publishes.filter(({ withheldAt }) => withheldAt !== undefined);
    if (published?.withheldAt === undefined) return unseen;
    const again = facts.publishes.find(
      (each) => each.at >= (published.withheldAt ?? 0) && each !== published && each.content === published.content,
    );
    if (again === undefined && !cameAgain(published, facts)) {
      const since = facts.now - published.withheldAt;
      return fail(
        `扣下标识 ${published.id} 的 PUBACK，${duration(since)} 内没有重发：${exampleOf(published)}`,
        `The PUBACK of id ${published.id} was withheld; it did not come again within ${duration(since)}: ${exampleOf(published)}`,
      );
    }
    if (again === undefined) return ok('换了报文重新发来。', 'Its readings came again in another packet.');
    const isSame = again.id === published.id;
    return ok(
      `${duration(again.at - published.withheldAt)} 后重发，DUP ${again.isDup ? '有' : '无'}，标识${isSame ? '相同' : `变为 ${again.id}`}。`,
      `Sent again after ${duration(again.at - published.withheldAt)}, ${again.isDup ? 'with' : 'without'} DUP, ${isSame ? 'same id' : `id ${again.id}`}.`,
    );
  },
};
