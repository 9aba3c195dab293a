/** Active: the device is turned away for a while. Its pauses must grow. */
import { fail, ok, type Rule, unseen, warning } from '../rule.ts';
import { duration } from '../words.ts';

const ATTEMPTS = 4;
const GROWTH = 1.3;
const STORM_MS = 1000;

export const backOff: Rule = {
  code: 'NO_BACK_OFF',
  isActive: true,
  title: { zh: '连不上时的退避', en: 'Back-off while turned away' },
  costs: {
    zh: '平台恢复时几百台设备按同一节拍涌来，谁也连不上。',
    en: 'When the platform is back, hundreds of devices come at one beat, and none gets in.',
  },
  change: {
    zh: '等待时间逐次加倍到 60 秒并加随机抖动。',
    en: 'Double the pause up to 60 s, plus a random part.',
  },
  judge({ turnedAway }) {
    const times = turnedAway.map(({ at }) => at);
    if (times.length === 0) return unseen;
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    const list = gaps.slice(0, 8).map(duration).join(', ');
    const said = [
      `连不上时尝试 ${times.length} 次，间隔 ${list || '—'}。`,
      `${times.length} attempts while turned away; pauses ${list || '—'}.`,
    ] as const;
    if (times.length < ATTEMPTS) return ok(...said);
    const half = Math.floor(gaps.length / 2);
    const mean = (part: readonly number[]) => part.reduce((sum, gap) => sum + gap, 0) / part.length;
    if (mean(gaps) < STORM_MS) return fail(...said);
    return mean(gaps.slice(-half)) > GROWTH * mean(gaps.slice(0, half)) ? ok(...said) : warning(...said);
  },
};
