/** Sends again under the same packet id without the DUP flag. */
import type { Published } from '../facts.ts';
import { ok, type Rule, unseen, warning } from '../rule.ts';
import { exampleOf, timeOf } from '../words.ts';

export const dup: Rule = {
  code: 'DUP_MISSING',
  title: { zh: '重发带 DUP', en: 'DUP on resends' },
  costs: {
    zh: '没有时间戳的数据靠 DUP 认出重发；不带 DUP 就会算成两条。',
    en: 'Without a time of its own, a reading sent again is recognised by DUP; without DUP it counts twice.',
  },
  change: {
    zh: '重发时报文标识不变，并把固定头的 DUP 位（0x08）置 1。',
    en: 'Send again with the same packet id, and set DUP (0x08 of the fixed header).',
  },
  judge({ publishes }) {
    const resent = resentOf(publishes);
    const bare = resent.filter(({ isDup }) => !isDup);
    const [first] = bare;
    if (resent.length === 0) return unseen;
    if (first === undefined) return ok(`${resent.length} 次重发都带 DUP。`, `All ${resent.length} resends carry DUP.`);
    return warning(
      `${resent.length} 次重发中 ${bare.length} 次没有 DUP，首次 ${timeOf(first.at)}：${exampleOf(first)}`,
      `${bare.length} of ${resent.length} resends without DUP, the first at ${timeOf(first.at)}: ${exampleOf(first)}`,
    );
  },
};

/** Same id, same content, and no acknowledgement had come: not a new publish of an old reading, which needs no DUP. */
export function resentOf(publishes: readonly Published[]): readonly Published[] {
  return publishes.filter(
    ({ repeats, id, qos, at }) =>
      qos > 0 &&
      repeats?.id === id &&
      (repeats.acknowledgedAt === undefined || repeats.withheldAt !== undefined || repeats.acknowledgedAt > at),
  );
}
