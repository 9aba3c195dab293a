/** Active: PUBACKs come some seconds late. A device with a blocking client stops for good. */
import { isTelemetry } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { duration } from '../words.ts';

/** Intervals without a publish. */
const INTERVALS = 3;
const SHORTEST_MS = 10_000;

export const latePuback: Rule = {
  code: 'STOPS_WHEN_LATE',
  isActive: true,
  title: { zh: 'PUBACK 迟到的反应', en: 'Late PUBACK' },
  costs: {
    zh: '平台磁盘忙几秒，设备就卡死，要有人去现场重启。',
    en: 'When the platform’s disk is busy for seconds the device hangs, and somebody must drive out to restart it.',
  },
  change: {
    zh: '不要无限期阻塞等 PUBACK：等待有时限，超时重连；测量放在另一个任务里。',
    en: 'Never wait for a PUBACK without a deadline: reconnect when it passes; measure in a task of its own.',
  },
  judge({ released, publishes, now, device }) {
    const [at] = released;
    if (at === undefined) return unseen;
    const next = publishes.find((each) => isTelemetry(each) && each.at > at);
    if (next !== undefined)
      return ok(
        `迟到之后 ${duration(next.at - at)} 又有数据。`,
        `The next publish came ${duration(next.at - at)} behind the late PUBACK.`,
      );
    if (now - at < Math.max(SHORTEST_MS, INTERVALS * device.intervalMs)) return unseen;
    return fail(
      `迟到之后 ${duration(now - at)} 没有任何数据。`,
      `Nothing for ${duration(now - at)} behind the late PUBACK.`,
    );
  },
};
