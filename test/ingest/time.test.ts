import { describe, expect, it } from 'vitest';
import { parseTime, timeFlags } from '../../ingest/time.ts';

const receivedAt = Date.UTC(2026, 6, 20, 0, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function timeOf(time: unknown, age?: unknown, context: { utcOffsetMinutes?: number; retainMs?: number } = {}) {
  const outcome = parseTime(time, age, { receivedAt, ...context });
  return outcome.ok ? outcome.value : outcome.reason;
}

describe('the time of a reading', () => {
  it('is epoch milliseconds, also as a text', () => {
    expect(timeOf(receivedAt - 5)).toBe(receivedAt - 5);
    expect(timeOf(String(receivedAt - 5))).toBe(receivedAt - 5);
  });

  it('may be epoch seconds, which no milliseconds can be mistaken for', () => {
    expect(timeOf(1_700_000_000)).toBe(1_700_000_000_000);
  });

  it('may be RFC 3339 with an offset', () => {
    expect(timeOf('2026-07-20T05:40:00+08:00')).toBe(Date.UTC(2026, 6, 19, 21, 40));
    expect(timeOf('2026-07-19T21:40:00.250Z')).toBe(Date.UTC(2026, 6, 19, 21, 40, 0, 250));
    expect(timeOf('2026-07-20 05:40:00+0800')).toBe(Date.UTC(2026, 6, 19, 21, 40));
  });

  it('without an offset is refused, unless the mapping names it', () => {
    expect(timeOf('2026-07-20T05:40:00')).toMatchObject({
      code: 'TIME_INVALID',
      message: expect.stringMatching(/no offset/),
    });
    expect(timeOf('2026-07-20 05:40:00', undefined, { utcOffsetMinutes: 480 })).toBe(Date.UTC(2026, 6, 19, 21, 40));
  });

  it('is refused when it is no date, a zone name or no text at all', () => {
    expect(timeOf('2021-06-25 15:48:59 CET')).toMatchObject({
      code: 'TIME_INVALID',
      message: expect.stringMatching(/CET/),
    });
    expect(timeOf('2026-02-30T00:00:00Z')).toMatchObject({ code: 'TIME_INVALID' });
    expect(timeOf('2026-07-20T25:00:00Z')).toMatchObject({ code: 'TIME_INVALID' });
    expect(timeOf({})).toMatchObject({ code: 'TIME_INVALID' });
    expect(timeOf(true)).toMatchObject({ code: 'TIME_INVALID' });
  });

  it('is counted back from the receipt when the device sends its age', () => {
    expect(timeOf(undefined, 3600)).toBe(receivedAt - HOUR);
    expect(timeOf(null, 0)).toBe(receivedAt);
    expect(timeOf(undefined, -1)).toMatchObject({ code: 'TIME_INVALID' });
    expect(timeOf(undefined, '60')).toMatchObject({ code: 'TIME_INVALID' });
  });

  it('is left to the time of receipt when the device sends neither', () => {
    expect(timeOf(undefined, undefined)).toBeUndefined();
  });

  it('before 2001 or beyond retention is refused', () => {
    expect(timeOf(12_345)).toMatchObject({ code: 'TIME_TOO_OLD', message: expect.stringMatching(/1970/) });
    expect(timeOf(Date.UTC(2000, 0, 1))).toMatchObject({ code: 'TIME_TOO_OLD' });
    expect(timeOf(receivedAt - 8 * 24 * HOUR, undefined, { retainMs: 7 * 24 * HOUR })).toMatchObject({
      code: 'TIME_TOO_OLD',
    });
  });

  it('within retention is believed, to the last millisecond', () => {
    const retainMs = 7 * 24 * HOUR;
    expect(timeOf(receivedAt - retainMs, undefined, { retainMs })).toBe(receivedAt - retainMs);
    expect(timeOf(receivedAt - retainMs - 1, undefined, { retainMs })).toMatchObject({
      code: 'TIME_TOO_OLD',
      message: expect.stringMatching(/older than the 7 days/),
    });
    expect(timeOf(Date.UTC(2001, 0, 1))).toBe(Date.UTC(2001, 0, 1));
    expect(timeOf(Date.UTC(2001, 0, 1) - 1)).toMatchObject({ message: expect.stringMatching(/before 2001/) });
  });

  it('more than ten minutes ahead is refused, and Beijing time sent as UTC is recognised', () => {
    expect(timeOf(receivedAt + 10 * MINUTE)).toBe(receivedAt + 10 * MINUTE);
    expect(timeOf(receivedAt + 11 * MINUTE)).toMatchObject({
      code: 'TIME_IN_FUTURE',
      message: expect.stringMatching(/11 minutes ahead/),
    });
    expect(timeOf(receivedAt + 8 * HOUR)).toMatchObject({
      code: 'TIME_IN_FUTURE',
      message: expect.stringMatching(/Beijing/),
    });
    expect(timeOf(Date.UTC(2036, 1, 7))).toMatchObject({ code: 'TIME_IN_FUTURE' });
    expect(timeOf(receivedAt * 1000)).toMatchObject({
      code: 'TIME_IN_FUTURE',
      message: expect.stringMatching(/microseconds/),
    });
    expect(timeOf(1e300)).toMatchObject({ code: 'TIME_IN_FUTURE' });
  });
});

describe('a believed time', () => {
  const stream = { newest: receivedAt, intervalMs: MINUTE };

  it('up to half a minute ahead is nothing to speak of; more is a doubtful clock', () => {
    expect(timeFlags(receivedAt + 20_000, receivedAt, stream)).toEqual([]);
    expect(timeFlags(receivedAt + 30_000, receivedAt, stream)).toEqual([]);
    expect(timeFlags(receivedAt + 30_001, receivedAt, stream)).toEqual(['clock']);
  });

  it('that steps back among fresh readings is a doubtful clock', () => {
    expect(timeFlags(receivedAt - 475_000, receivedAt, stream)).toEqual(['clock']);
    expect(timeFlags(receivedAt - 475_000, receivedAt, { ...stream, newest: undefined })).toEqual([]);
  });

  it('older than ten minutes and three intervals is late', () => {
    expect(timeFlags(receivedAt - 11 * MINUTE, receivedAt, stream)).toEqual(['late']);
    expect(timeFlags(receivedAt - 11 * MINUTE, receivedAt, { newest: undefined, intervalMs: 10 * MINUTE })).toEqual([]);
  });
});
