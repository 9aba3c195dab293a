import { describe, expect, it } from 'vitest';
import type { PlatformReport } from '../../bus/events.ts';
import { MINUTE, newLog, runAll, START } from './log.ts';

/** One tick a minute with these reports. */
function told(reports: readonly PlatformReport[]) {
  const log = newLog();
  for (const [index, platform] of reports.entries()) {
    const at = START + index * MINUTE;
    log.add('daoyu.clock', { at, platform }, at);
  }
  return runAll(log.entries)
    .filter(({ alarm }) => alarm.class === 'platform')
    .map(({ change, alarm: { rule, severity, text } }) => ({ change, rule, severity, zh: text.zh, en: text.en }));
}

describe('the platform', () => {
  it('says at once over which channels nobody is told, again when there are more, and when all work', () => {
    const one = { failingChannels: [{ name: 'night-group', why: 'token gone' }] };
    const two = { failingChannels: [...one.failingChannels, { name: 'mail', why: '' }] };
    const rule = 'channel_failing';
    expect(told([{}, one, one, two, {}])).toMatchObject([
      { change: 'opened', rule, severity: 'critical', en: 'notices cannot be sent: night-group (token gone)' },
      { change: 'updated', rule, en: 'notices cannot be sent: night-group (token gone); mail' },
      { change: 'returned', rule },
    ]);
  });

  it('says a day ahead that nobody is on duty, and two weeks ahead that its certificate expires', () => {
    const unmannedFrom = Date.parse('2026-07-20T20:00:00+08:00');
    const certificateUntil = START + 10 * 24 * 60 * MINUTE;
    expect(
      told([{ unmannedFrom, certificateUntil }, { certificateUntil: START + 90 * 24 * 60 * MINUTE }]),
    ).toMatchObject([
      {
        change: 'opened',
        rule: 'nobody_on_duty',
        severity: 'warning',
        zh: '07-20 20:00 起无人值班：届时告警发给所有人',
      },
      { change: 'opened', rule: 'certificate_expiring', severity: 'warning' },
      { change: 'closed', rule: 'nobody_on_duty' },
      { change: 'closed', rule: 'certificate_expiring' },
    ]);
  });
});

describe('the clock of the platform', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];

  /** Each of the first devices is refused for a time ahead, each of the others is taken; then a tick. */
  function clocks(ahead: number) {
    const log = newLog(ids.map((id) => ({ id })));
    log.tick(START);
    for (const [index, device] of ids.entries()) {
      const at = START + index * 1000;
      const reason = { code: 'TIME_IN_FUTURE', message: '' };
      if (index < ahead)
        log.add(
          'daoyu.quarantine.park.0',
          { records: [{ id: `r${index}`, park: 'park', device, receivedAt: at, reason }] },
          at,
        );
      else log.readings([{ device, time: at - 5000, receivedAt: at, values: { dissolved_oxygen: 7 } }], at);
    }
    log.add('daoyu.clock', { at: START + MINUTE, platform: {} }, START + MINUTE);
    log.add('daoyu.clock', { at: START + 20 * MINUTE, platform: {} }, START + 20 * MINUTE);
    return runAll(log.entries)
      .filter(({ alarm }) => alarm.rule === 'clock_doubted')
      .map(({ change, alarm: { text } }) => `${change}: ${text.en}`);
  }

  it('is in doubt while most of the devices that tell a time are ahead of it', () => {
    expect(clocks(2)).toEqual([]);
    expect(clocks(3)).toEqual([
      'opened: the clock of the server is in doubt: 3 of 5 devices are ahead of it',
      expect.stringMatching(/^returned/),
    ]);
  });

  it('is in doubt by what the machine itself knows', () => {
    const rule = 'clock_doubted';
    const behindMs = 365 * 24 * 60 * MINUTE;
    expect(told([{ clockDoubt: { behindMs } }, { clockDoubt: { steppedMs: behindMs } }, {}])).toMatchObject([
      {
        change: 'opened',
        rule,
        severity: 'critical',
        zh: '服务器时钟可疑：比此前慢 365 天',
        en: 'the clock of the server is in doubt: it is 365 days behind its own earlier time',
      },
      { change: 'returned', rule },
    ]);
  });

  it('names missing network time as a likely cause, but does not doubt a clock for that alone', () => {
    const isClockSetFromNetwork = false;
    const steppedMs = 2 * 60 * MINUTE;
    expect(told([{ isClockSetFromNetwork }, { clockDoubt: { steppedMs }, isClockSetFromNetwork }])).toMatchObject([
      {
        rule: 'clock_doubted',
        zh: '服务器时钟可疑：刚刚向前跳了 2 小时；服务器没有与网络时间同步',
        en: 'the clock of the server is in doubt: it just jumped 2 h ahead; it is not synchronised (NTP)',
      },
    ]);
  });
});

describe('a drill', () => {
  const begin = (at: number, log = newLog()) => {
    log.add('daoyu.actions.platform', { action: 'drill', by: '王工', severity: 'critical' }, at);
    return log;
  };
  const changes = (log: ReturnType<typeof newLog>) =>
    runAll(log.entries)
      .filter(({ alarm }) => alarm.rule === 'drill')
      .map(({ change }) => change);

  it('ends when somebody acknowledges it', () => {
    const log = begin(START);
    const [raised] = runAll(log.entries);
    log.add('daoyu.actions.platform', { action: 'acknowledge', by: '王工', alarm: raised?.alarm.id }, START + MINUTE);
    log.tick(START + 2 * MINUTE);
    expect(changes(log)).toEqual(['opened', 'acknowledged', 'closed']);
  });

  it('that nobody acknowledges is over after half an hour, and stays to be seen; another goes on meanwhile as the same', () => {
    const log = begin(START);
    begin(START + MINUTE, log);
    log.tick(START + 29 * MINUTE);
    log.tick(START + 31 * MINUTE);
    expect(changes(log)).toEqual(['opened', 'returned']);
  });
});
