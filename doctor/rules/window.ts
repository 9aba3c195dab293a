/** Publishes on and on without waiting for PUBACKs. */
import type { Connection } from '../facts.ts';
import { ok, type Rule, unseen, warning } from '../rule.ts';
import { timeOf } from '../words.ts';

/** Beyond it the platform does not read on (docs/firmware.md). */
const MOST_OPEN = 100;

export const window: Rule = {
  code: 'PUBACK_NOT_AWAITED',
  title: { zh: '等待 PUBACK', en: 'Waits for PUBACKs' },
  costs: {
    zh: '未确认的太多，平台停止读取，设备发送阻塞，严重时看门狗复位。',
    en: 'With too many open the platform stops reading; the device blocks in its send, or its watchdog bites.',
  },
  change: {
    zh: '同时最多 20 条未确认，收到 PUBACK 再发下一条；积压用数组一次发多条。',
    en: 'Keep at most 20 open and send the next on a PUBACK; send a backlog as arrays.',
  },
  judge({ connections }) {
    const peaks = connections.map(peakOf).filter(({ open }) => open > 0);
    const most = peaks.reduce((a, b) => (b.open > a.open ? b : a), { open: 0, at: 0 });
    if (most.open === 0) return unseen;
    const said = [
      `同时未确认最多 ${most.open} 条（${timeOf(most.at)}）。`,
      `At most ${most.open} open at one time (${timeOf(most.at)}).`,
    ] as const;
    return most.open > MOST_OPEN ? warning(...said) : ok(...said);
  },
};

function peakOf({ publishes }: Connection): { readonly open: number; readonly at: number } {
  const steps = publishes
    .filter(({ qos }) => qos > 0)
    .flatMap(({ at, acknowledgedAt = Number.POSITIVE_INFINITY }) => [
      { at, step: 1 },
      { at: acknowledgedAt, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step);
  let open = 0;
  let peak = { open: 0, at: 0 };
  for (const { at, step } of steps) {
    open += step;
    if (open > peak.open) peak = { open, at };
  }
  return peak;
}
