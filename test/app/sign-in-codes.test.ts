import { describe, expect, it, onTestFinished } from 'vitest';
import { openSignInCodes } from '../../app/sign-in-codes.ts';
import { openMemoryKv } from '../../kv/memory.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Processes with a wall clock that anybody may set, and one that nobody does. */
function installation() {
  const kv = openMemoryKv();
  const time = { wall: Date.UTC(2026, 6, 20), steady: 0 };
  return {
    pass(ms: number) {
      time.wall += ms;
      time.steady += ms;
    },
    jump(ms: number) {
      time.wall += ms;
    },
    async start() {
      const codes = await openSignInCodes({ kv, clock: () => time.wall, monotonic: () => time.steady });
      onTestFinished(() => codes.close());
      return codes;
    },
  };
}

describe('a code of a sign-in link', () => {
  it('is good for an hour, once, at any process', async () => {
    const { start, pass } = installation();
    const [one, other] = [await start(), await start()];
    const [first, second] = [await one.make(), await one.make()];
    pass(59 * MINUTE);
    expect(await other.take(first)).toBe(true);
    expect(await one.take(first)).toBe(false);
    pass(2 * MINUTE);
    expect(await other.take(second)).toBe(false);
    expect(await one.take('made-up')).toBe(false);
  });

  it('neither ends when the clock is set forward nor comes back to life when it is set back', async () => {
    const { start, pass, jump } = installation();
    const [one, other] = [await start(), await start()];
    const [first, second, third] = [await one.make(), await one.make(), await one.make()];
    jump(3 * HOUR);
    expect(await one.take(first)).toBe(true);
    expect(await other.take(second)).toBe(true);
    pass(61 * MINUTE);
    jump(-5 * HOUR);
    expect(await one.take(third)).toBe(false);
    expect(await other.take(third)).toBe(false);
  });

  it('made before a restart keeps what it had left, and never more than an hour', async () => {
    const { start, pass, jump } = installation();
    const before = await start();
    const [first, second] = [await before.make(), await before.make()];
    pass(40 * MINUTE);
    const after = await start();
    jump(-10 * HOUR);
    pass(19 * MINUTE);
    expect(await after.take(first)).toBe(true);
    pass(2 * MINUTE);
    expect(await after.take(second)).toBe(false);
    const third = await after.make();
    jump(-10 * HOUR);
    const last = await start();
    pass(61 * MINUTE);
    expect(await last.take(third)).toBe(false);
  });

  it('is one of a hundred at most', async () => {
    const { start, pass } = installation();
    const codes = await start();
    const first = await codes.make();
    for (let count = 0; count < 100; count++) {
      pass(1);
      await codes.make();
    }
    expect(await codes.take(first)).toBe(false);
  });
});
