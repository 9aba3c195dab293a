import { describe, expect, it } from 'vitest';
import { parseLocalTime, parseOffset } from '../../tables/local-time.ts';

describe('times of loggers', () => {
  it('are local to the offset that was told', () => {
    expect(parseLocalTime('2009-07-23 00:00:00', -300)).toBe(Date.parse('2009-07-23T00:00:00-05:00'));
  });

  it('keep their own offset where they carry one; a zone name is not an offset', () => {
    expect(parseLocalTime('2026-07-20T05:40:00+08:00', 0)).toBe(Date.parse('2026-07-20T05:40:00+08:00'));
    expect(parseLocalTime('2021-06-25 15:48:59 CET', 60)).toBe(Date.parse('2021-06-25T15:48:59+01:00'));
  });

  it('are undefined when they are none', () => {
    for (const text of ['', 'soon', '2026-13-40 99:00:00', '1763900000'])
      expect(parseLocalTime(text, 0)).toBeUndefined();
  });

  it('refuse a zone that is no offset and say how to write it', () => {
    expect(() => parseOffset('Asia/Shanghai')).toThrow(/\+08:00/);
    expect(parseOffset('-05:30')).toBe(-330);
  });
});
