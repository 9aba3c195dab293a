/** Keys of one day, whichever process is asked. */
import { expect, it } from 'vitest';
import { createIdempotency } from '../../app/idempotency.ts';
import { openMemoryKv } from '../../kv/memory.ts';

const DEVICE = { park: 'park', device: 'probe' };
const HOUR = 3_600_000;

it('a key has one receipt, two keys have two, and each lives for a day', async () => {
  const kv = openMemoryKv();
  let now = 1_000_000;
  const [one, other] = [createIdempotency(kv, () => now), createIdempotency(kv, () => now)];
  const asked = await Promise.all([one, other, one].map((each) => each.firstReceipt(DEVICE, 'a')));
  expect(new Set(asked)).toEqual(new Set([now]));
  expect(await one.firstReceipt(DEVICE, 'b')).not.toBe(await one.firstReceipt(DEVICE, 'c'));
  now += 20 * HOUR;
  expect(await other.firstReceipt(DEVICE, 'a')).toBe(1_000_000);
  now += 5 * HOUR;
  await one.firstReceipt(DEVICE, 'd');
  const count = async () => {
    let left = 0;
    for await (const _ of kv.list('intake-key/')) left += 1;
    return left;
  };
  await expect.poll(count).toBe(1);
  await one.close();
});
