/** Reconnects at once and again, without a growing pause. */
import type { Facts } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { duration, timeOf } from '../words.ts';

const SHORT_PAUSE_MS = 2000;
/** Attempts in a row behind a short pause. */
const STORM = 5;

export const reconnects: Rule = {
  code: 'RECONNECTS_WITHOUT_PAUSE',
  title: { zh: '重连间隔', en: 'Pause before reconnecting' },
  costs: {
    zh: '平台重启或基站恢复时，所有设备同时猛连，谁都连不上；单台也白白耗电、耗流量。',
    en: 'When a platform or a cell comes back, all devices storm it at once and none gets in; one alone wastes battery and traffic.',
  },
  change: {
    zh: '每次失败后把等待时间加倍：1、2、4 … 最多 60 秒，再加随机抖动；收到第一个 PUBACK 后才归零。',
    en: 'Double the pause after each failure: 1, 2, 4 … at most 60 s, plus a random part; reset it only after the first PUBACK.',
  },
  judge(facts) {
    const attempts = attemptsOf(facts);
    if (attempts.length < 2) return unseen;
    let run: number[] = [];
    let longest: number[] = [];
    for (const at of attempts) {
      run = at - (run.at(-1) ?? at) < SHORT_PAUSE_MS ? [...run, at] : [at];
      if (run.length > longest.length) longest = run;
    }
    const [first = 0] = longest;
    if (longest.length < STORM)
      return ok(
        `${attempts.length} 次连接尝试，没有连续猛连。`,
        `${attempts.length} attempts to connect, none in a rapid row.`,
      );
    const within = duration((longest.at(-1) ?? first) - first);
    return fail(
      `${timeOf(first)} 起 ${within} 内连接 ${longest.length} 次，间隔都不到 ${SHORT_PAUSE_MS / 1000} 秒。`,
      `${longest.length} attempts within ${within} from ${timeOf(first)} on, each less than ${SHORT_PAUSE_MS / 1000} s behind the other.`,
    );
  },
};

/** Times of attempts that came to nothing, and of the ones behind them. A session with an acknowledged publish was worth its connection. */
export function attemptsOf({ connections, refusedLogins, turnedAway }: Facts): readonly number[] {
  const useless = connections.filter(
    ({ publishes, isEarlier }) => !isEarlier && !publishes.some(({ acknowledgedAt }) => acknowledgedAt !== undefined),
  );
  return [...useless, ...refusedLogins, ...turnedAway].map(({ at }) => at).sort((a, b) => a - b);
}
