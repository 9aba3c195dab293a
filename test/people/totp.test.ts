import { describe, expect, it } from 'vitest';
import { beginEnrolment, finishEnrolment, takeCode } from '../../people/second-factor.ts';
import { codeAt, enrolmentUri, fromBase32, stepOf, stepOfCode, toBase32 } from '../../people/totp.ts';

const KEY = Buffer.from('12345678901234567890');
const SECRET = toBase32(KEY);
const NOW = 1_111_111_111_000;

describe('time-based codes', () => {
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('are those of RFC 6238, appendix B, at %i s', (seconds, code) => {
    expect(codeAt(KEY, stepOf(seconds * 1000), 8)).toBe(code);
    expect(codeAt(KEY, stepOf(seconds * 1000))).toBe(code.slice(2));
  });

  it.each(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'])('travel as Base32 of RFC 4648 §10: "%s"', (text) => {
    const encoded = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'][text.length];
    expect(toBase32(Buffer.from(text))).toBe(encoded);
    expect(fromBase32(encoded ?? '?').toString()).toBe(text);
  });

  it('are taken one step early and late, and never further', () => {
    const at = (steps: number) => codeAt(KEY, stepOf(NOW) + steps);
    expect([-2, -1, 0, 1, 2].map((steps) => stepOfCode(SECRET, at(steps), NOW, 0) !== undefined)).toEqual([
      ...[false, true, true, true, false],
    ]);
  });

  it('are enrolled by the address that apps read', () => {
    expect(enrolmentUri('ABC', 'wang', '稻渔 daoyu')).toBe(
      'otpauth://totp/%E7%A8%BB%E6%B8%94%20daoyu:wang?secret=ABC&issuer=%E7%A8%BB%E6%B8%94%20daoyu&algorithm=SHA1&digits=6&period=30',
    );
  });
});

describe('a second factor', () => {
  const codeOf = (secret: string, now: number) => codeAt(fromBase32(secret), stepOf(now));
  const enrolled = () => {
    const enrolment = beginEnrolment(NOW);
    const finished = finishEnrolment(enrolment, codeOf(enrolment.secret, NOW), NOW);
    if (finished === undefined) throw new Error('the code was not taken');
    return finished;
  };

  it('is on only after a code of the app, within a quarter of an hour', () => {
    const enrolment = beginEnrolment(NOW);
    expect(fromBase32(enrolment.secret)).toHaveLength(20);
    expect(finishEnrolment(enrolment, '000000', NOW)).toBeUndefined();
    const late = NOW + 15 * 60_000;
    expect(finishEnrolment(enrolment, codeOf(enrolment.secret, late), late)).toBeUndefined();
    expect(finishEnrolment(enrolment, ` ${codeOf(enrolment.secret, NOW).replace(/^.../, '$& ')}`, NOW)).toBeDefined();
  });

  it('takes each code once, the one that turned it on included, and none from before it', () => {
    const { factor } = enrolled();
    expect(takeCode(factor, codeOf(factor.secret, NOW), NOW)).toBeUndefined();
    const next = takeCode(factor, codeOf(factor.secret, NOW + 30_000), NOW + 30_000);
    expect(next).toBeDefined();
    expect(next && takeCode(next, codeOf(factor.secret, NOW + 30_000), NOW + 40_000)).toBeUndefined();
    expect(next && takeCode(next, codeOf(factor.secret, NOW), NOW + 40_000)).toBeUndefined();
  });

  it('takes each of ten recovery codes once, as people type them, and keeps none of them in clear', () => {
    const { factor, recoveryCodes } = enrolled();
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = '', second = ''] = recoveryCodes;
    expect(JSON.stringify(factor)).not.toContain(first.replace('-', ''));
    const used = takeCode(factor, first.toUpperCase().replace('-', ' '), NOW);
    expect(used?.recovery).toHaveLength(9);
    expect(used && takeCode(used, first, NOW)).toBeUndefined();
    expect(used && takeCode(used, second, NOW)?.recovery).toHaveLength(8);
    expect(takeCode(factor, '', NOW)).toBeUndefined();
  });
});
