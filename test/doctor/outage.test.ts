/** What only time or another network shows, from observations alone: readings of an outage, a password in clear. */
import { describe, expect, it } from 'vitest';
import { createExamination } from '../../doctor/examination.ts';
import { ADDRESS, checkOf, TELEMETRY, WILL } from './patient.ts';

const INTERVAL_MS = 60_000;
const START = Date.parse('2026-07-20T05:40:00+08:00');
const minutes = (count: number) => START + count * INTERVAL_MS;

/** Each reading is `{"time": …}`. */
function openExamination() {
  const examination = createExamination({
    device: { ...ADDRESS, intervalMs: INTERVAL_MS },
    decode: (payload) => {
      const { time } = JSON.parse(Buffer.from(payload).toString()) as { readonly time: number };
      return { readings: [{ time, values: { dissolved_oxygen: 6.4 } }], told: [] };
    },
    head: { id: 'one', isActive: false, startedAt: START, endsAt: minutes(100), by: 'a test' },
  });
  let id = 0;
  return {
    connect: (connection: number, at: number, remote = '127.0.0.1', transport: 'tcp' | 'tls' = 'tcp') =>
      examination.take({
        ...{ what: 'connect', connection, at, remote, transport, isEarlier: false, level: 4 },
        ...{ clientId: 'park.probe', username: 'park.probe', isClean: true, keepAlive: 120 },
        will: { topic: WILL.topic, qos: 1, isRetained: true },
      }),
    end: (connection: number, at: number) => examination.take({ what: 'end', connection, at }),
    publish(connection: number, at: number, time: number) {
      const payload = Buffer.from(JSON.stringify({ time }));
      id += 1;
      examination.take({
        ...{ what: 'publish', connection, at, topic: TELEMETRY, qos: 1, isDup: false, isRetained: false, id },
        ...{ size: payload.length, payload: payload.toString('base64') },
      });
      examination.take({ what: 'acknowledged', connection, at: at + 5, id, reason: 0 });
    },
    check: (now: number, code: string) => checkOf(examination.report(now, 'running'), code),
  };
}

/** Connected until minute 2, away until minute 12: ten readings are due. */
function openOutage() {
  const examination = openExamination();
  examination.connect(1, minutes(0));
  examination.publish(1, minutes(1), minutes(1));
  examination.end(1, minutes(2) + 1);
  examination.connect(2, minutes(12));
  return examination;
}

describe('readings of an outage', () => {
  it('that never come are told of, once newer ones have', () => {
    const { publish, check } = openOutage();
    publish(2, minutes(12) + 100, minutes(12));
    publish(2, minutes(13), minutes(13));
    expect(check(minutes(13), 'BACKLOG_LOST')?.verdict).toBe('unseen');
    publish(2, minutes(14), minutes(14));
    expect(check(minutes(14), 'BACKLOG_LOST')).toMatchObject({
      verdict: 'fail',
      evidence: { en: '1 of 1 outages left a hole: 10 min from 07-20 05:42, about 9 readings expected, 0 came.' },
    });
  });

  it('that come one after the other are not called lost while they come', () => {
    const { publish, check } = openOutage();
    for (const minute of [3, 4, 5, 6]) publish(2, minutes(12) + 100 * minute, minutes(minute));
    expect(check(minutes(12) + 700, 'BACKLOG_LOST')?.verdict).toBe('unseen');
    for (const minute of [7, 8, 9, 10, 11]) publish(2, minutes(12) + 100 * minute, minutes(minute));
    expect(check(minutes(12) + 1200, 'BACKLOG_LOST')?.verdict).toBe('ok');
  });

  it('of which the last came long ago are told of', () => {
    const { publish, check } = openOutage();
    publish(2, minutes(12) + 100, minutes(3));
    expect(check(minutes(13), 'BACKLOG_LOST')?.verdict).toBe('unseen');
    expect(check(minutes(13) + 200, 'BACKLOG_LOST')?.verdict).toBe('fail');
  });
});

describe('the password', () => {
  it.each([
    ['10.3.2.1', 'tcp', 'warning'],
    ['10.3.2.1', 'tls', 'ok'],
    ['127.0.0.1', 'tcp', 'unseen'],
  ] as const)('from %s over %s: %s', (remote, transport, verdict) => {
    const { connect, check } = openExamination();
    connect(1, minutes(0), remote, transport);
    expect(check(minutes(1), 'NOT_ENCRYPTED')?.verdict).toBe(verdict);
  });
});
