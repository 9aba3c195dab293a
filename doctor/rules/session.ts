/** A session that is kept and never read: what is sent to it piles up. */
import { ok, type Rule, unseen, warning } from '../rule.ts';

export const session: Rule = {
  code: 'SESSION_UNREAD',
  title: { zh: '会话', en: 'Session' },
  costs: {
    zh: '平台为设备保留会话却无人订阅：占用有限的会话名额，别的设备可能得不到。',
    en: 'A session is kept for nobody. Their number is bounded: another device may get none.',
  },
  change: {
    zh: '不收命令就用 clean session（MQTT 5：会话过期 0）；要收命令就订阅 commands/# 和 errors。',
    en: 'Connect with a clean session (MQTT 5: session expiry 0), or subscribe to commands/# and errors.',
  },
  judge({ connections }) {
    const fresh = connections.filter(({ isEarlier }) => !isEarlier);
    const kept = fresh.filter((each) => (each.level === 5 ? (each.sessionExpiry ?? 0) > 0 : !each.isClean));
    if (fresh.length === 0) return unseen;
    if (kept.length === 0) return ok('每次都是新会话。', 'Every session is a clean one.');
    if (fresh.some(({ filters }) => filters.length > 0))
      return ok('会话保留并有订阅。', 'The session is kept and has subscriptions.');
    // A session that was there before may have its subscriptions from then.
    if (fresh.every(({ isResumed }) => isResumed)) return unseen;
    return warning(
      `${fresh.length} 次连接中 ${kept.length} 次要求保留会话，没有一次订阅。`,
      `${kept.length} of ${fresh.length} connections ask for a session to be kept; none subscribes.`,
    );
  },
};
