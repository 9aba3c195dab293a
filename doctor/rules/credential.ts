/** Two devices with one credential: each connection ends the other. */
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { duration, timeOf } from '../words.ts';

/** A device that comes back before its dead connection was noticed does so once, not again and again. */
const TAKE_OVERS = 3;

export const credential: Rule = {
  code: 'CREDENTIAL_SHARED',
  title: { zh: '一个凭据一台设备', en: 'One credential, one device' },
  costs: {
    zh: '两台设备互相踢下线：都在不停重连，数据断断续续，还会记到同一台设备名下。',
    en: 'Two devices end each other’s connection: both reconnect for ever, and their readings are mixed under one name.',
  },
  change: {
    zh: '每台设备用自己的用户名和密码；刷机镜像里不要写死凭据。若只有一台设备：重连前先关掉旧连接。',
    en: 'Give each device its own user name and password; put none into the firmware image. If there is one device only: close the old connection before a new one.',
  },
  judge({ connections }) {
    if (connections.length === 0) return unseen;
    const takeOvers = connections.filter((next, index) => {
      const before = connections[index - 1];
      // It was still open, and ended by the newcomer.
      return before?.endedAt !== undefined && before.endedAt >= next.at && before.endedBy !== 'cut';
    });
    const addresses = new Set(connections.map(({ remote }) => remote));
    const [first] = takeOvers;
    const last = takeOvers.at(-1);
    if (takeOvers.length < TAKE_OVERS || first === undefined || last === undefined)
      return ok(
        `${connections.length} 次连接，顶替 ${takeOvers.length} 次。`,
        `${connections.length} connections, ${takeOvers.length} taken over.`,
      );
    return fail(
      `${duration(last.at - first.at)} 内被新连接顶替 ${takeOvers.length} 次，来自 ${[...addresses].join('、')}；首次 ${timeOf(first.at)}。`,
      `Taken over ${takeOvers.length} times within ${duration(last.at - first.at)}, from ${[...addresses].join(', ')}; first at ${timeOf(first.at)}.`,
    );
  },
};
