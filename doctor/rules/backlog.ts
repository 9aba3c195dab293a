/** What was measured during an outage never comes. */
import type { Connection, Facts, Published } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { duration, timeOf } from '../words.ts';

/** Of the readings that an outage should have left, so many must come. */
const SHARE = 0.5;
const EXPECTED = 2;
/** A backlog that has not come for so long, or behind so many newer publishes, will not come. */
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

/** Between the end of a connection and the next, long enough to tell; those of which readings may still be on their way are left out. */
export function outagesOf({ connections, telemetry, device, now }: Facts): readonly Outage[] {
  const times = new Set(telemetry.flatMap(({ readings }) => readings.map(({ time }) => time)));
  return connections.flatMap((next, index) => {
    const from = connections[index - 1]?.endedAt;
    if (from === undefined) return [];
    const expected = Math.floor((next.at - from) / device.intervalMs);
    if (expected < EXPECTED) return [];
    const isOfOutage = (time: number) => time > from && time < next.at;
    const found = [...times].filter(isOfOutage).length;
    if (found < SHARE * expected && !isSettled(next, isOfOutage, telemetry, now)) return [];
    return [{ from, until: next.at, expected, found }];
  });
}

/** One after the other, a backlog takes its time: it is over when only newer readings come, or none. */
function isSettled(
  { at, endedAt = Number.POSITIVE_INFINITY }: Connection,
  isOfOutage: (time: number) => boolean,
  telemetry: readonly Published[],
  now: number,
): boolean {
  const since = telemetry.filter((each) => each.at >= at);
  const lastOfBacklog = since.findLastIndex(({ readings }) => readings.some(({ time }) => isOfOutage(time)));
  const newer = since.length - 1 - lastOfBacklog;
  return newer >= NEWER || Math.min(endedAt, now) - (since[lastOfBacklog]?.at ?? at) > PATIENCE_MS;
}
