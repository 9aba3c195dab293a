import { describe, expect, it } from 'vitest';
import type { Alarm, Transition } from '../../alarms/alarm.ts';
import { openAlarmLog } from '../../alarms/alarm-log.ts';
import { ALARM_PREFIX, transitionKey } from '../../alarms/keeper.ts';
import { outcomeKey } from '../../alarms/notify/notice-outcome.ts';
import { reportOf } from '../../alarms/report.ts';
import { openMemoryKv } from '../../kv/memory.ts';

const FROM = Date.parse('2026-07-20T00:00:00+08:00');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function alarmOf(minute: number, more: Partial<Alarm> = {}): Alarm {
  const openedAt = FROM + minute * MINUTE;
  return {
    ...{ id: `${openedAt}-00000000${String(minute).padStart(4, '0')}`, park: 'park', site: 'pond', device: 'probe' },
    ...{ rule: 'dissolved_oxygen_low', class: 'process', severity: 'critical', state: 'open', isBlind: false, seq: 1 },
    ...{ openedAt, raisedAt: openedAt, text: { zh: '', en: '' }, action: { zh: '', en: '' } },
    ...more,
  } as Alarm;
}

const changeOf = (alarm: Alarm, change: Transition['change'] = 'opened', noticedAt = alarm.raisedAt, seq = 1) =>
  ({ version: 1, seq, change, at: noticedAt, noticedAt, origin: { position: 1, ordinal: 0 }, alarm }) as Transition;

describe('the report of a period', () => {
  it('counts what people were told in ten minutes, and eleven are a flood', () => {
    const alarms = Array.from({ length: 11 }, (_, index) => alarmOf(60 + (index % 9), { site: `pond-${index}` }));
    const { load, announcements } = reportOf({
      ...{ from: FROM, to: FROM + 24 * HOUR, alarms, notices: [] },
      transitions: [...alarms.map((alarm) => changeOf(alarm)), changeOf(alarmOf(300))],
    });
    expect(announcements).toBe(12);
    expect(load).toEqual({
      ...{ perTenMinutes: 12 / 144, most: 11, at: FROM + 60 * MINUTE, floodMinutes: 10, floodShare: 1 / 144 },
    });
  });

  it('does not count as told what calls nobody: over, explained, shelved, of the past, acknowledged', () => {
    const quiet = [{ isHistoric: true }, { suppressedBy: 'x' }, { state: 'acknowledged' }] as Partial<Alarm>[];
    const transitions = [
      ...quiet.map((more) => changeOf(alarmOf(1, more))),
      changeOf(alarmOf(2), 'eased'),
      changeOf(alarmOf(2), 'reopened'),
    ];
    expect(reportOf({ from: FROM, to: FROM + HOUR, alarms: [], transitions, notices: [] }).announcements).toBe(1);
  });

  it('says how long people took, what nobody took, what was over at once and what stays', () => {
    const alarms = [
      alarmOf(0, { acknowledgedAt: FROM + 2 * MINUTE, clearedAt: FROM + 4 * MINUTE, endReason: 'recovered' }),
      alarmOf(10, { acknowledgedAt: FROM + 20 * MINUTE }),
      // Warning by now, critical before.
      alarmOf(20, { severity: 'warning', clearedAt: FROM + 60 * MINUTE }),
      alarmOf(12 * 60, { severity: 'warning' }),
    ];
    const transitions = alarms.map((alarm) => changeOf(alarm));
    transitions.push(changeOf({ ...(alarms[2] as Alarm), severity: 'critical' }, 'escalated', FROM + 30 * MINUTE, 2));
    const report = reportOf({ from: FROM, to: FROM + 25 * HOUR, alarms, transitions, notices: [] });
    expect(report).toMatchObject({
      ...{ opened: 4, critical: 3, atNight: 3, unacknowledged: 1, fleeting: 1, stale: 1, ended: { recovered: 1 } },
      acknowledged: { count: 2, medianMs: 2 * MINUTE, p95Ms: 10 * MINUTE },
      top: [{ what: 'park/pond/probe/dissolved_oxygen_low', count: 4, share: 1 }],
    });
  });
});

describe('each person', () => {
  it('was told so much, in the worst ten minutes, and took so many; what says that it is over is no load', () => {
    const alarms = [0, 5, 40].map((minute) =>
      alarmOf(minute, { acknowledgedBy: '王工', acknowledgedAt: FROM + (minute + 3) * MINUTE }),
    );
    const notice = (minute: number, people: readonly string[], more = {}) => ({
      ...{
        id: `n${minute}`,
        alarms: [],
        channel: 'duty',
        people,
        about: 'open' as const,
        result: 'delivered' as const,
      },
      ...{ attempts: 1, decidedAt: FROM + minute * MINUTE, endedAt: FROM + minute * MINUTE, ...more },
    });
    const notices = [
      ...[notice(0, ['王工']), notice(5, ['王工', '李工']), notice(40, ['王工'])],
      ...[notice(41, ['王工'], { about: 'recovered' }), notice(42, ['李工'], { result: 'failed' })],
    ];
    const { people } = reportOf({ from: FROM, to: FROM + HOUR, alarms, transitions: [], notices });
    expect(people).toEqual([
      { name: '李工', messages: 1, perTenMinutes: 1 / 6, most: 1, acknowledged: 0 },
      { name: '王工', messages: 3, perTenMinutes: 0.5, most: 2, acknowledged: 3, medianMs: 3 * MINUTE },
    ]);
  });
});

describe('the log of alarms', () => {
  it('gives what opened in the period, of a park, with its changes and notices; drills are no part of a report', async () => {
    const kv = openMemoryKv();
    const alarms = [
      ...[alarmOf(-1), alarmOf(1), alarmOf(2, { park: 'other' }), alarmOf(3, { rule: 'drill', park: 'platform' })],
      alarmOf(60),
    ];
    for (const alarm of alarms) {
      await kv.put(ALARM_PREFIX + alarm.id, alarm);
      await kv.put(transitionKey(alarm.id, 1), changeOf(alarm));
      const notice = { id: `n-${alarm.id}`, alarms: [alarm.id], channel: 'duty', result: 'delivered' };
      await kv.put(outcomeKey(alarm.id, notice.id), { ...notice, decidedAt: 0, endedAt: 700 });
    }
    const log = openAlarmLog(kv);
    const hour = { from: FROM, to: FROM + HOUR };
    const opened: number[] = [];
    for await (const { openedAt } of log.alarms(hour)) opened.push((openedAt - FROM) / MINUTE);
    expect(opened).toEqual([1, 2, 3]);
    const input = await log.input({ ...hour, park: 'park' });
    expect(input.alarms.map(({ id }) => id)).toEqual([alarms[1]?.id]);
    expect(input.transitions.map(({ alarm }) => alarm.id)).toEqual([alarms[1]?.id]);
    expect(reportOf(input).channels).toEqual([{ name: 'duty', delivered: 1, failed: 0, expired: 0, p95Ms: 700 }]);
    expect((await log.input(hour)).alarms).toHaveLength(2);
  });
});
