import { describe, expect, it } from 'vitest';
import { openInstallationClock } from '../../app/installation-clock.ts';
import { openMemoryKv } from '../../kv/memory.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const NOW = Date.parse('2026-07-20T12:00:00+08:00');

/** A machine whose clock may be set; what it does between is the passing of time alone. */
function machine() {
  const kv = openMemoryKv();
  let [wall, mono] = [NOW, 0];
  return {
    kv,
    set(by: number) {
      wall += by;
    },
    pass(ms: number) {
      wall += ms;
      mono += ms;
    },
    /** Another boot: the monotonic clock begins anew. */
    rest(ms: number) {
      wall += ms;
      mono = 0;
    },
    now: () => wall,
    start: () => openInstallationClock({ kv, clock: () => wall, monotonic: () => mono, lookEveryMs: 0 }),
  };
}

describe('the age of an installation', () => {
  it('grows with time and with rests, and with no setting of the clock', async () => {
    const { start, pass, rest, set } = machine();
    let clock = await start();
    pass(HOUR);
    expect(clock.age()).toBe(HOUR);
    set(YEAR);
    expect(clock.age()).toBe(HOUR);
    set(-2 * YEAR);
    pass(HOUR);
    expect(clock.age()).toBe(2 * HOUR);
    await clock.close();
    rest(3 * HOUR);
    clock = await start();
    expect(clock.age()).toBe(5 * HOUR);
    await clock.close();
    rest(YEAR);
    clock = await start();
    expect(clock.age()).toBe(5 * HOUR + 7 * DAY);
  });
});

describe('the time for retention', () => {
  it('follows the clock, and no jump of it by more than time itself', async () => {
    const { start, pass, set, now } = machine();
    const clock = await start();
    pass(HOUR);
    expect(clock.retentionNow()).toBe(now());
    set(YEAR);
    pass(HOUR);
    expect(clock.retentionNow()).toBe(NOW + HOUR + 2 * HOUR);
    set(-YEAR);
    // Never ahead of the clock.
    expect(clock.retentionNow()).toBe(now());
    set(-YEAR);
    expect(clock.retentionNow()).toBe(now());
  });

  it('lets a machine that boots years ahead remove nothing that a day would not', async () => {
    const { start, rest } = machine();
    await (await start()).close();
    rest(5 * YEAR);
    const clock = await start();
    expect(clock.retentionNow()).toBe(NOW + DAY);
  });
});

describe('a clock in doubt', () => {
  it('is none as long as it runs with the monotonic one, slewed or not', async () => {
    const { start, pass, set } = machine();
    const clock = await start();
    for (let hour = 0; hour < 100; hour++) {
      pass(HOUR);
      set(500);
      expect(clock.doubt()).toBeUndefined();
    }
  });

  it('is one that was set, for ten minutes', async () => {
    const { start, pass, set } = machine();
    const clock = await start();
    pass(HOUR);
    set(2 * HOUR);
    expect(clock.doubt()).toEqual({ steppedMs: 2 * HOUR });
    pass(11 * MINUTE);
    expect(clock.doubt()).toBeUndefined();
  });

  it('is one that stands before what it said in an earlier life, until it is set right', async () => {
    const { start, pass, rest, set } = machine();
    await (await start()).close();
    rest(-YEAR);
    const clock = await start();
    expect(clock.doubt()).toEqual({ behindMs: YEAR });
    pass(HOUR);
    set(YEAR);
    expect(clock.doubt()).toEqual({ steppedMs: YEAR });
  });
});

describe('the receipt of what came while the clock was wrong', () => {
  it('is corrected by what the clock was set by', async () => {
    const { start, pass, rest, set, now } = machine();
    await (await start()).close();
    rest(-YEAR);
    const clock = await start();
    pass(MINUTE);
    const record = { receivedAt: now(), keptAt: clock.age() };
    pass(MINUTE);
    expect(clock.correctedReceipt(record)).toBe(record.receivedAt);
    set(YEAR);
    expect(clock.correctedReceipt(record)).toBe(record.receivedAt + YEAR);
    pass(MINUTE);
    const later = { receivedAt: now(), keptAt: clock.age() };
    expect(clock.correctedReceipt(later)).toBe(later.receivedAt);
  });

  it('counts as now where the clock was set while nobody looked, and the same after another start', async () => {
    const { start, pass, rest, now } = machine();
    await (await start()).close();
    rest(-YEAR);
    let clock = await start();
    pass(MINUTE);
    const record = { receivedAt: now(), keptAt: clock.age() };
    await clock.close();
    rest(YEAR + HOUR);
    for (let life = 0; life < 2; life++) {
      clock = await start();
      expect(clock.doubt()).toBeUndefined();
      expect(clock.correctedReceipt(record)).toBe(now());
      expect(clock.correctedReceipt({ receivedAt: now(), keptAt: clock.age() + MINUTE })).toBe(now());
      await clock.close();
      rest(HOUR);
    }
  });

  it('is left as it is when the clock went wrong and came back', async () => {
    const { start, pass, set, now } = machine();
    const clock = await start();
    pass(HOUR);
    const before = { receivedAt: now(), keptAt: clock.age() };
    pass(MINUTE);
    set(YEAR);
    pass(MINUTE);
    const meanwhile = { receivedAt: now(), keptAt: clock.age() };
    pass(MINUTE);
    set(-YEAR);
    expect(clock.correctedReceipt(before)).toBe(before.receivedAt);
    expect(clock.correctedReceipt(meanwhile)).toBe(meanwhile.receivedAt - YEAR);
  });
});
