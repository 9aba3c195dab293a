/** What was measured during an outage never comes. */
import type { Connection, Facts } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { duration, timeOf } from '../words.ts';

/** Of the readings that an outage should have left, so many must come. */
const SHARE = 0.5;
const EXPECTED = 2;
const PATIENCE_MS = 60_000;
const NEWER = 3;

export interface Outage {
  readonly from: number;
  readonly until: number;
  readonly expected: number;
  readonly found: number;
}

export const backlog: Rule = {
  code: 'BACKLOG_LOST',
  title: { zh: '断线期间的数据', en: 'Readings of an outage' },
  costs: {
    zh: '断线多久，曲线就缺多久：夜里缺氧的那一段正好没有数据。',
    en: 'The chart has a hole as long as each outage, often just when it matters.',
  },
  change: {
    zh: '断线时继续测量并写入掉电不失的环形缓存（至少 24 小时），重连后带原时间补发。',
    en: 'Go on measuring while offline, into a ring buffer that survives power loss (a day at least), and send it with its own times.',
  },
  judge(facts) {
    const outages = outagesOf(facts);
    if (outages.length === 0) return unseen;
    const lost = outages.filter(({ found, expected }) => found < SHARE * expected);
    const [first] = lost;
    if (first === undefined)
      return ok(`${outages.length} 次断线，数据都补上了。`, `${outages.length} outages, and their readings came.`);
    return fail(
      `${outages.length} 次断线中 ${lost.length} 次没有补发：${timeOf(first.from)} 起 ${duration(first.until - first.from)}，应有约 ${first.expected} 条，收到 ${first.found} 条。`,
      `${lost.length} of ${outages.length} outages left a hole: ${duration(first.until - first.from)} from ${timeOf(first.from)}, about ${first.expected} readings expected, ${first.found} came.`,
    );
  },
};

/** Between the end of a connection and the next, long enough to tell, and long enough ago. */
export function outagesOf({ connections, telemetry, device, now }: Facts): readonly Outage[] {
  const times = new Set(telemetry.flatMap(({ readings }) => readings.map(({ time }) => time)));
  return connections.flatMap((next, index) => {
    const from = connections[index - 1]?.endedAt;
    if (from === undefined || !isSettled(next, now)) return [];
    const expected = Math.floor((next.at - from) / device.intervalMs);
    if (expected < EXPECTED) return [];
    const found = [...times].filter((time) => time > from && time < next.at).length;
    return [{ from, until: next.at, expected, found }];
  });
}

const isSettled = ({ at, endedAt, publishes }: Connection, now: number) =>
  publishes.length >= NEWER || (endedAt ?? now) - at > PATIENCE_MS;
