/** Whether the platform's own clock can be believed: what it knows itself, and what its devices say. */
import type { PlatformReport } from '../bus/events.ts';
import { formatDuration } from '../sensors/format.ts';
import type { Label } from '../sensors/label.ts';
import type { State } from './state.ts';

export interface ClockWitnesses {
  /** Of the devices that told a time lately most are ahead of the platform. */
  readonly devicesAhead?: { readonly ahead: number; readonly of: number };
}

/** What devices said within it counts. */
const SEEN_WITHIN_MS = 10 * 60_000;
const FEWEST_AHEAD = 3;

/** Clocks of single devices are wrong now and then; when most agree, it is the platform's. */
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
      en: `it stands ${formatDuration(behindMs, 'en')} before what it said earlier`,
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
    said.push({ zh: '服务器没有与网络时间同步', en: 'it is not set from the network (NTP)' });
  return {
    zh: `服务器时钟可疑：${said.map(({ zh }) => zh).join('；')}`,
    en: `the clock of the server is in doubt: ${said.map(({ en }) => en).join('; ')}`,
  };
}
