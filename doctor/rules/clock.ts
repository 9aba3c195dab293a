/** A clock that is wrong: 1970, local time as UTC, another unit, ahead, slow. */
import type { Published } from '../facts.ts';
import { fail, ok, type Rule, unseen, warning } from '../rule.ts';
import { duration, exampleOf, medianOf } from '../words.ts';

const HOUR = 3_600_000;
const ZONE_MS = 8 * HOUR;
const NEAR_MS = 10 * 60_000;
/** Clocks of network time differ by less. */
const AHEAD_MS = 30_000;
const BEHIND_MS = 120_000;
/** A slow clock is always as late; a backlog is not. */
const STEADY_MS = 10_000;
const PUBLISHES = 3;

export const clock: Rule = {
  code: 'CLOCK_WRONG',
  title: { zh: '时钟', en: 'Clock' },
  costs: {
    zh: '时间错的数据被拒绝，或存到错误的时刻：曲线错位，报警晚响或不响。',
    en: 'Readings with a wrong time are refused or stored at the wrong place: charts are shifted, alarms late or missing.',
  },
  change: {
    zh: '上电后用 NTP/SNTP 对时，每天再对一次；发 UTC 毫秒，或带时区的 2026-07-20T05:40:00+08:00；没对上时之前用 "age"。',
    en: 'Set the clock by SNTP after power-up and daily; send epoch milliseconds of UTC or RFC 3339 with its offset; until the clock is set send "age".',
  },
  judge({ telemetry }) {
    const refused = telemetry.filter(({ told }) => told.some(({ code }) => code.startsWith('TIME_')));
    const [first] = refused;
    if (first !== undefined) {
      const told = first.told.find(({ code }) => code.startsWith('TIME_'));
      return fail(
        `${telemetry.length} 条中 ${refused.length} 条时间被拒绝，如 ${exampleOf(first)} → ${told?.code}`,
        `${refused.length} of ${telemetry.length} refused for their time, such as ${exampleOf(first)} → ${told?.code}: ${told?.message}`,
      );
    }
    const offsets = telemetry.flatMap(newestOffset);
    if (offsets.length < PUBLISHES) return unseen;
    const median = medianOf(offsets);
    const isSteady = Math.max(...offsets) - Math.min(...offsets) < STEADY_MS + spanOf(telemetry) * 0.001;
    const said = [
      `设备时间比平台${median < 0 ? '慢' : '快'} ${duration(Math.abs(median))}（${offsets.length} 条的中位数）。`,
      `The device’s time is ${duration(Math.abs(median))} ${median < 0 ? 'behind' : 'ahead'} (median of ${offsets.length}).`,
    ] as const;
    if (isSteady && Math.abs(median + ZONE_MS) < NEAR_MS) return fail(...said);
    if (median > AHEAD_MS || (isSteady && median < -BEHIND_MS)) return warning(...said);
    return ok(...said);
  },
};

/** How far the newest reading of a publish lies from its receipt; none without a time of its own. */
function newestOffset({ readings, at }: Published): readonly number[] {
  const times = readings.map(({ time }) => time).filter((time) => time !== at);
  return times.length === 0 ? [] : [Math.max(...times) - at];
}

const spanOf = (publishes: readonly Published[]) => (publishes.at(-1)?.at ?? 0) - (publishes[0]?.at ?? 0);
