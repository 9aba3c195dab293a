/** How often the report of an examination is made anew. */
import { afterEach, expect, it, vi } from 'vitest';
import { openLocalPubSub } from '../../cluster/pubsub/local.ts';
import { runExamination } from '../../doctor/run-examination.ts';

afterEach(() => void vi.useRealTimers());

/** Reports within a minute, when each takes so long. */
async function reportsInAMinute(tookMs: number): Promise<number> {
  vi.useFakeTimers();
  let spent = 0;
  let reports = 0;
  const examination = await runExamination({
    pubsub: openLocalPubSub(),
    device: { park: 'park', device: 'probe', intervalMs: 1000 },
    decode: () => ({ readings: [], told: [] }),
    clock: () => Date.now(),
    // It is asked before and after each report.
    monotonic: () => {
      spent += tookMs / 2;
      return Date.now() + spent;
    },
    head: { id: 'a', isActive: false, startedAt: Date.now(), endsAt: Date.now() + 600_000, by: 'a test' },
    begin: async () => {},
    keep: async () => {
      reports += 1;
    },
    onEnd: () => {},
  });
  await vi.advanceTimersByTimeAsync(60_000);
  const inTime = reports;
  await examination.stop('stopped');
  return inTime;
}

it('every two seconds, and where that would cost more than a twentieth of a core, every ten', async () => {
  expect(await reportsInAMinute(0)).toBe(30);
  const rare = await reportsInAMinute(600);
  expect(rare).toBeGreaterThanOrEqual(5);
  expect(rare).toBeLessThanOrEqual(12);
});
