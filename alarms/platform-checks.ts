/** Alarms about the platform itself, from the reports of the clock writer: store, consumers, disk, downtime. */
import { dateTimeOf } from '../base/beijing-time.ts';
import type { PlatformReport } from '../bus/events.ts';
import type { Label } from '../sensors/label.ts';
import type { Severity } from './alarm.ts';
import { type ClockWitnesses, clockText, witnessesOf } from './clock-doubt.ts';
import { clear, type Emitter, type Opening, open, type Slot, update } from './lifecycle.ts';
import type { State } from './state.ts';

/** Listed under this park, which is not in the registry. */
export const PLATFORM = 'platform';
const MINUTE = 60_000;
/** Longer than a restart takes. */
const AWAY_MS = 2 * MINUTE;
const LEAST_FREE_DISK = 0.05;
const CERTIFICATE_MS = 14 * 24 * 60 * MINUTE;

/** Report of the platform, and evidence of its devices about its clock. */
type Seen = PlatformReport & ClockWitnesses;

interface Check {
  readonly rule: string;
  readonly severity: Severity;
  readonly afterMs: number;
  readonly isBad: (report: Seen, now: number) => boolean;
  /** The text names the cause: notify again when that changes. */
  readonly namesThings?: true;
  readonly text: (report: Seen) => Label;
  readonly action: Label;
}

const CHECKS: readonly Check[] = [
  {
    rule: 'store_unavailable',
    severity: 'critical',
    afterMs: 2 * MINUTE,
    isBad: ({ isStoreWritable }) => isStoreWritable === false,
    text: ({ storeProblem = '' }) => ({
      zh: `存储不可写：读数留在日志里等待 ${storeProblem}`.trim(),
      en: `the store does not accept readings; they wait in the log ${storeProblem}`.trim(),
    }),
    action: { zh: '检查磁盘和 InfluxDB', en: 'Check the disk or InfluxDB' },
  },
  {
    rule: 'log_full',
    severity: 'critical',
    afterMs: MINUTE / 2,
    isBad: ({ logFull }) => logFull !== undefined,
    text: ({ logFull = '' }) => ({
      zh: `事件日志已满，设备的读数暂时收不进来：${logFull}`,
      en: `the event log accepts no readings: ${logFull}`,
    }),
    action: {
      zh: '让落后的消费者恢复（多半是存储），或调大 DAOYU_BUS_MAX_BYTES；设备会重发未确认的读数',
      en: 'Restore the consumer that lags (usually the store), or raise DAOYU_BUS_MAX_BYTES; devices resend unacknowledged readings',
    },
  },
  {
    rule: 'consumer_behind',
    severity: 'warning',
    afterMs: 5 * MINUTE,
    isBad: ({ behind = [] }) => behind.length > 0,
    text: ({ behind = [] }) => {
      const names = behind.map(({ name, pending }) => `${name} (${pending})`).join(', ');
      return { zh: `日志消费滞后：${names}`, en: `consumers of the log lag behind: ${names}` };
    },
    action: {
      zh: '看该进程的日志；滞后会占满事件日志',
      en: 'Check the output of that process: unconsumed entries fill the event log',
    },
  },
  {
    rule: 'disk_low',
    severity: 'critical',
    afterMs: MINUTE,
    isBad: ({ freeDisk }) => freeDisk !== undefined && freeDisk < LEAST_FREE_DISK,
    text: ({ freeDisk = 0 }) => ({
      zh: `数据盘只剩 ${Math.round(freeDisk * 100)}% 空间`,
      en: `${Math.round(freeDisk * 100)}% of the data disk is free`,
    }),
    action: {
      zh: '清理磁盘；满了之后设备收不到确认',
      en: 'Free disk space: on a full disk, devices get no acknowledgement',
    },
  },
  {
    rule: 'channel_failing',
    severity: 'critical',
    afterMs: 0,
    isBad: ({ failingChannels = [] }) => failingChannels.length > 0,
    namesThings: true,
    text: ({ failingChannels = [] }) => {
      const list = failingChannels.map(({ name, why }) => (why === '' ? name : `${name} (${why})`)).join('; ');
      return { zh: `告警发不出去，通知渠道故障：${list}`, en: `notices cannot be sent: ${list}` };
    },
    action: {
      zh: '修好后用“测试”按钮或 daoyu channels test 验证',
      en: 'Repair the channel, then test it with the test button or `daoyu channels test`',
    },
  },
  {
    rule: 'clock_doubted',
    severity: 'critical',
    afterMs: 0,
    isBad: ({ clockDoubt, devicesAhead }) => clockDoubt !== undefined || devicesAhead !== undefined,
    text: clockText,
    action: {
      zh: '校准服务器时钟（timedatectl）；校准后在隔离区重放 TIME_IN_FUTURE 的数据',
      en: 'Set the clock of the server (timedatectl), then replay what was refused with TIME_IN_FUTURE from the quarantine',
    },
  },
  {
    rule: 'nobody_on_duty',
    severity: 'warning',
    afterMs: 0,
    isBad: ({ unmannedFrom }) => unmannedFrom !== undefined,
    namesThings: true,
    text: ({ unmannedFrom = 0 }) => ({
      zh: `${dateTimeOf(unmannedFrom)} 起无人值班：届时告警发给所有人`,
      en: `nobody is on duty from ${dateTimeOf(unmannedFrom)} (Beijing time): everybody will be notified`,
    }),
    action: { zh: '补排班次', en: 'Assign the shift' },
  },
  {
    rule: 'certificate_expiring',
    severity: 'warning',
    afterMs: 0,
    isBad: ({ certificateUntil = Number.POSITIVE_INFINITY }, now) => certificateUntil - now < CERTIFICATE_MS,
    text: ({ certificateUntil = 0 }) => ({
      zh: `TLS 证书 ${dateTimeOf(certificateUntil)} 到期：之后设备连不上`,
      en: `the TLS certificate expires ${dateTimeOf(certificateUntil)} (Beijing time): devices cannot connect after that`,
    }),
    action: { zh: '换新证书并重启', en: 'Renew the certificate, then restart' },
  },
];

/** `before`: the clock entry before this one; 0 for the first. */
export function takePlatform(state: State, given: PlatformReport, before: number, to: Emitter): void {
  const { head } = state;
  const report: Seen = { ...given, ...witnessesOf(state, to.now) };
  for (const check of CHECKS) {
    const slot = head.platform[check.rule] ?? {};
    head.platform[check.rule] = slot;
    if (!check.isBad(report, to.now)) {
      delete slot.since;
      clear(slot, to.now, 'recovered', to);
      continue;
    }
    slot.since ??= to.now;
    const isOpen = slot.alarm !== undefined && slot.phase !== 'returned';
    if (isOpen && check.namesThings) tellAgain(slot, check.text(report), to);
    if (isOpen || to.now - slot.since < check.afterMs) continue;
    const { rule, severity, action } = check;
    open(slot, opening(rule, severity, slot.since, to.now, check.text(report), action), to);
  }
  noteAbsence(before, to);
}

function tellAgain(slot: Slot, text: Label, to: Emitter): void {
  if (slot.alarm?.text.zh !== text.zh) update(slot, { text }, to.now, to);
}

/** Nothing was evaluated during a downtime: the readings show what happened, but nobody was notified. */
function noteAbsence(before: number, to: Emitter): void {
  if (before === 0 || to.now - before < AWAY_MS) return;
  const text = {
    zh: `平台 ${dateTimeOf(before)} 至 ${dateTimeOf(to.now)} 未运行：其间无人收到告警`,
    en: `the platform did not run from ${dateTimeOf(before)} to ${dateTimeOf(to.now)}: no alarms were raised meanwhile`,
  };
  const action = { zh: '查看其间的曲线', en: 'Check the charts of that period' };
  const slot = {};
  open(slot, { ...opening('platform_away', 'warning', before, to.now, text, action), isHistoric: true }, to);
  clear(slot, to.now, 'recovered', to);
}

function opening(rule: string, severity: Severity, start: number, at: number, text: Label, action: Label): Opening {
  return { park: PLATFORM, site: '', rule, class: 'platform', severity, start, at, text, action, source: 'platform' };
}
