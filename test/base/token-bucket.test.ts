import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTokenBucket } from '../../base/token-bucket.ts';

it('takes ten seconds of its rate at once, then says how far ahead the taker is', () => {
  const bucket = createTokenBucket(2, () => 0);
  expect(Array.from({ length: 20 }, () => bucket.take())).toEqual(Array(20).fill(0));
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([500, 1000, 1500]);
});

it('fills with time, and no further than ten seconds of its rate however long it rests', () => {
  let now = 0;
  const bucket = createTokenBucket(10, () => now);
  for (let count = 0; count < 100; count++) bucket.take();
  expect(bucket.take()).toBe(100);
  now = 200;
  expect([bucket.take(), bucket.take()]).toEqual([0, 100]);
  now = 3_600_000;
  const taken = Array.from({ length: 102 }, () => bucket.take());
  expect(taken.filter((ms) => ms === 0)).toHaveLength(100);
  expect(taken.slice(100)).toEqual([100, 200]);
});

it('who waits as told keeps to the rate, whatever the pattern', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(500), { minLength: 50, maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      (gaps, rate) => {
        let now = 0;
        let passed = 0;
        const bucket = createTokenBucket(rate, () => now);
        for (const gap of gaps) {
          now += gap;
          now += bucket.take();
          passed += 1;
          expect(passed).toBeLessThanOrEqual((now / 1000) * rate + 10 * rate + 1 + 1e-6);
        }
      },
    ),
  );
});
