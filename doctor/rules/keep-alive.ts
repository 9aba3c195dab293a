/** A keep-alive that never notices a dead link, or wakes the modem for nothing. */
import { fail, ok, type Rule, unseen, warning } from '../rule.ts';

const SHORTEST_S = 30;
/** Longer ones are cut by the platform; NATs of 4G carriers forget a silent connection much earlier. */
const LONGEST_S = 1200;

export const keepAlive: Rule = {
  code: 'KEEP_ALIVE_WRONG',
  title: { zh: '保活时间', en: 'Keep-alive' },
  costs: {
    zh: '过长或为 0：4G 基站丢掉连接后两边都不知道，数据停发直到重启。过短：耗电、耗流量。',
    en: 'Too long or 0: a link that the 4G carrier has dropped goes unnoticed, and data stop. Too short: battery and traffic.',
  },
  change: {
    zh: '保活设为 60–300 秒（4G 建议 120），收不到 PINGRESP 就断开重连。',
    en: 'Ask for 60 to 300 s (120 on 4G), and reconnect when no PINGRESP comes.',
  },
  judge({ connections }) {
    const last = connections.at(-1);
    if (last === undefined) return unseen;
    const asked = last.keepAlive;
    const said = [`CONNECT 要求保活 ${asked} 秒。`, `CONNECT asks for a keep-alive of ${asked} s.`] as const;
    if (asked === 0) return fail(...said);
    return asked < SHORTEST_S || asked > LONGEST_S ? warning(...said) : ok(...said);
  },
};
