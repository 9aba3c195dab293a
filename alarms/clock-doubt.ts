/** Whether the clock of the platform is reliable, by its own history and by the times that devices send. */
import type { PlatformReport } from '../bus/events.ts';
import { formatDuration } from '../sensors/format.ts';
import type { Label } from '../sensors/label.ts';
import type { State } from './state.ts';

export interface ClockWitnesses {
  /** Most devices that sent a time recently are ahead of the platform. */
  readonly devicesAhead?: { readonly ahead: number; readonly of: number };
}

/** Times that devices sent within this period count. */
const SEEN_WITHIN_MS = 10 * 60_000;
const FEWEST_AHEAD = 3;

/** Single devices may have a wrong clock; if most are ahead, the clock of the platform is wrong. */
export function witnessesOf({ devices }: Pick<State, 'devices'>, now: number): ClockWitnesses {
  let [ahead, of] = [0, 0];
  for (const { clockSeen } of devices.values()) {
    if (clockSeen === undefined || Math.abs(now - clockSeen.at) > SEEN_WITHIN_MS) continue;
    of += 1;
    if (clockSeen.isAhead) ahead += 1;
  }
  return ahead >= FEWEST_AHEAD && ahead > of / 2 ? { devicesAhead: { ahead, of } } : {};
}

export function clockText(report: PlatformReport & ClockWitnesses): Label {
  const { clockDoubt, devicesAhead, isClockSetFromNetwork } = report;
  const { behindMs, steppedMs } = clockDoubt ?? {};
  const said: Label[] = [];
  if (behindMs !== undefined)
    said.push({
      zh: `比此前慢 ${formatDuration(behindMs, 'zh')}`,
      en: `it is ${formatDuration(behindMs, 'en')} behind its own earlier time`,
    });
  if (steppedMs !== undefined)
    said.push({
      zh: `刚刚向${steppedMs > 0 ? '前' : '后'}跳了 ${formatDuration(Math.abs(steppedMs), 'zh')}`,
      en: `it just jumped ${formatDuration(Math.abs(steppedMs), 'en')} ${steppedMs > 0 ? 'ahead' : 'back'}`,
    });
  if (devicesAhead !== undefined)
    said.push({
      zh: `${devicesAhead.of} 台设备中 ${devicesAhead.ahead} 台的时间都比它快`,
      en: `${devicesAhead.ahead} of ${devicesAhead.of} devices are ahead of it`,
    });
  if (isClockSetFromNetwork === false)
    said.push({ zh: '服务器没有与网络时间同步', en: 'it is not synchronised (NTP)' });
  return {
    zh: `服务器时钟可疑：${said.map(({ zh }) => zh).join('；')}`,
    en: `the clock of the server is in doubt: ${said.map(({ en }) => en).join('; ')}`,
  };
}
