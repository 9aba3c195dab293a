/** Subscribes to what it may not read. */
import { fail, ok, type Rule, unseen } from '../rule.ts';

export const subscriptions: Rule = {
  code: 'SUBSCRIPTION_REFUSED',
  title: { zh: '订阅', en: 'Subscriptions' },
  costs: {
    zh: '被拒绝的订阅（SUBACK 0x80 以上）什么也收不到：命令到不了设备。',
    en: 'A refused subscription (0x80 or more in SUBACK) receives nothing: commands do not reach the device.',
  },
  change: {
    zh: '只订阅自己的 errors 和 commands/#，并检查 SUBACK 的返回码。',
    en: 'Subscribe to your own errors and commands/# only, and look at the codes of SUBACK.',
  },
  judge({ connections }) {
    const filters = connections.flatMap((each) => each.filters);
    const refused = connections.reduce((sum, each) => sum + each.refusedFilters, 0);
    if (filters.length === 0) return unseen;
    const said = [
      `订阅了 ${[...new Set(filters)].join('、')}，被拒绝 ${refused} 个。`,
      `Subscribed to ${[...new Set(filters)].join(', ')}; ${refused} refused.`,
    ] as const;
    return refused > 0 ? fail(...said) : ok(...said);
  },
};
