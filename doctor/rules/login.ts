/** CONNECTs that are refused: another client id than the user name, a wrong password, a will on a foreign topic. */
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { timeOf } from '../words.ts';

/** Return codes of 3.1.1 and reason codes of 5 that say the same. */
const WORDS: Readonly<Record<number, { readonly zh: string; readonly en: string }>> = {
  2: { zh: '客户端标识与用户名不同', en: 'the client id is not the user name' },
  133: { zh: '客户端标识与用户名不同', en: 'the client id is not the user name' },
  4: { zh: '密码错误', en: 'wrong password' },
  134: { zh: '密码错误', en: 'wrong password' },
  5: { zh: '遗嘱在别人的主题上，或密码错误次数过多', en: 'a will on a foreign topic, or too many wrong passwords' },
  135: { zh: '遗嘱在别人的主题上', en: 'a will on a foreign topic' },
  159: { zh: '密码错误次数过多', en: 'too many wrong passwords' },
};

export const login: Rule = {
  code: 'LOGIN_REFUSED',
  title: { zh: '登录', en: 'Login' },
  costs: { zh: '被拒绝期间一条数据也进不来。', en: 'While refused, no reading gets in.' },
  change: {
    zh: '客户端标识固定为 {园区}.{设备}，与用户名相同，不要每次随机；密码用建设备时显示的那个；遗嘱写在自己的 status 上。',
    en: 'Use {park}.{device} as client id, the same as the user name, never a random one; the password shown when the device was made; a will on your own status.',
  },
  judge({ refusedLogins, connections }) {
    const last = refusedLogins.at(-1);
    if (last === undefined)
      return connections.length === 0 ? unseen : ok('没有被拒绝的登录。', 'No login was refused.');
    const why = WORDS[last.code] ?? { zh: `代码 ${last.code}`, en: `code ${last.code}` };
    return fail(
      `${refusedLogins.length} 次登录被拒绝，最近一次 ${timeOf(last.at)}：${why.zh}。`,
      `${refusedLogins.length} logins refused, the last at ${timeOf(last.at)}: ${why.en}.`,
    );
  },
};
