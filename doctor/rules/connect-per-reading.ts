/** Connects, publishes one reading and disconnects, again and again. */
import { ok, type Rule, unseen, warning } from '../rule.ts';
import { duration, medianOf } from '../words.ts';

const CONNECTIONS = 4;
const READINGS_EACH = 2;

export const connectPerReading: Rule = {
  code: 'CONNECTS_PER_READING',
  title: { zh: '连接时长', en: 'Length of connections' },
  costs: {
    zh: '每条数据都重新握手（TLS 约 5 KB 流量、数秒射频），电池更快耗尽；命令只能在短短几秒内送达。',
    en: 'Each reading pays for a handshake (with TLS some 5 KB and seconds of radio): the battery drains, and commands reach it for seconds only.',
  },
  change: {
    zh: '市电设备保持长连接。电池设备攒几条再连一次，用数组一次发出。',
    en: 'With mains power stay connected. On battery collect readings and send them as one array per connection.',
  },
  judge({ connections, device }) {
    const ended = connections.filter(({ endedBy, isEarlier }) => !isEarlier && endedBy === 'device');
    if (connections.length === 0) return unseen;
    const short = ended.filter(
      ({ publishes, at, endedAt = at }) =>
        publishes.filter(({ readings }) => readings.length > 0).length <= READINGS_EACH &&
        publishes.reduce((sum, { readings }) => sum + readings.length, 0) <= READINGS_EACH &&
        endedAt - at < device.intervalMs,
    );
    if (short.length < CONNECTIONS) return ok(`${connections.length} 次连接。`, `${connections.length} connections.`);
    const length = duration(medianOf(short.map(({ at, endedAt = at }) => endedAt - at)));
    return warning(
      `${ended.length} 次由设备断开的连接中，${short.length} 次只发了一两条数据，中位时长 ${length}。`,
      `Of ${ended.length} connections that the device closed, ${short.length} carried one or two readings; median length ${length}.`,
    );
  },
};
