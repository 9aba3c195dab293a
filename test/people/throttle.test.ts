import { describe, expect, it } from 'vitest';
import { createThrottle } from '../../people/throttle.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

function throttled(options: Partial<Parameters<typeof createThrottle>[0]> = {}) {
  const time = { now: 0 };
  const throttle = createThrottle({ clock: () => time.now, ...options });
  let count = 0;
  return {
    time,
    throttle,
    /** A guess that was none before; whether it was looked at. */
    guess(address = 'a', credential = 'user:wang') {
      try {
        throttle.begin({ credential, address, secret: `guess ${count++}` });
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: expect.any(Number) });
        return false;
      }
    },
  };
}

describe('whoever guesses', () => {
  it('waits twice as long after each wrong guess beyond the fifth, a quarter of an hour at most', () => {
    const { guess, time } = throttled({ maxPerHour: 1000 });
    for (let each = 0; each < 5; each++) expect(guess()).toBe(true);
    for (const seconds of [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      expect(guess()).toBe(false);
      time.now += seconds * SECOND - 1;
      expect(guess()).toBe(false);
      time.now += 1;
      expect(guess()).toBe(true);
    }
  });

  it('holds nobody else up: another address, another name', () => {
    const { guess } = throttled();
    for (let each = 0; each < 6; each++) guess();
    expect(guess()).toBe(false);
    expect(guess('b')).toBe(true);
    expect(guess('a', 'user:li')).toBe(true);
  });

  it('from ever new addresses gets a hundred guesses an hour at one name', () => {
    const { guess, time } = throttled();
    let looked = 0;
    for (let each = 0; each < 500; each++) if (guess(`address ${each}`)) looked += 1;
    expect(looked).toBe(100);
    time.now += HOUR + 1;
    expect(guess('one more')).toBe(true);
  });

  it('with the same wrong secret again, as a program with an old token does, is not held up', () => {
    const { throttle } = throttled();
    for (let each = 0; each < 50; each++) throttle.begin({ credential: 'x', address: 'a', secret: 'old' });
    expect(throttle.isPaused('x', 'a')).toBe(false);
  });

  it('begins anew after having been right', () => {
    const { guess, throttle } = throttled();
    for (let each = 0; each < 4; each++) guess();
    const right = { credential: 'user:wang', address: 'a', secret: 'right' };
    throttle.begin(right);
    throttle.succeeded(right);
    for (let each = 0; each < 5; each++) expect(guess()).toBe(true);
    expect(guess()).toBe(false);
  });

  it('cannot fill the memory', () => {
    const { guess, throttle } = throttled({ maxEntries: 10 });
    for (let each = 0; each < 1000; each++) guess(`address ${each}`, `user:${each}`);
    expect(throttle.isPaused('user:0', 'address 0')).toBe(false);
  });
});
