/** A packet id is used again while its publish waits for the PUBACK. */
import type { Published } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { timeOf } from '../words.ts';

export const packetIds: Rule = {
  code: 'PACKET_ID_REUSED',
  title: { zh: '报文标识', en: 'Packet ids' },
  costs: {
    zh: '两条未确认的发布共用一个标识：PUBACK 回来分不清是谁的，会删错缓存里的数据。',
    en: 'Two open publishes share an id: their PUBACKs cannot be told apart, and the wrong reading is deleted.',
  },
  change: {
    zh: '标识从 1 递增到 65535 循环，跳过还没确认的；不要每次都用 1。',
    en: 'Count ids from 1 to 65535 and round again, past those that are open; do not use 1 each time.',
  },
  judge({ connections }) {
    const counted = connections.flatMap(({ publishes }) => publishes.filter(({ qos }) => qos > 0));
    const reused = connections.flatMap(({ publishes }) => reusedIn(publishes));
    const [first] = reused;
    if (counted.length < 2) return unseen;
    if (first === undefined)
      return ok(`${counted.length} 条发布，没有冲突。`, `${counted.length} publishes, no conflict.`);
    return fail(
      `标识被重复使用 ${reused.length} 次，首次是 ${first.id}，${timeOf(first.at)}。`,
      `Ids used again while open: ${reused.length} times, first ${first.id} at ${timeOf(first.at)}.`,
    );
  },
};

function reusedIn(publishes: readonly Published[]): readonly Published[] {
  const latest = new Map<number, Published>();
  return publishes.filter((published) => {
    if (published.qos === 0) return false;
    const before = latest.get(published.id);
    latest.set(published.id, published);
    if (before === undefined || published.repeats !== undefined) return false;
    return before.acknowledgedAt === undefined || before.acknowledgedAt > published.at;
  });
}
