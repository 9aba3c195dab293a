import { expect, it, onTestFinished } from 'vitest';
import { createWaking } from '../../bus/waking.ts';
import { eventually } from '../eventually.ts';

const APPENDED = [{ subject: 'readings', data: '{}' }];

function sleeper(subject: string, mayLag = false) {
  const each = {
    woken: 0,
    mayLag: () => mayLag,
    isAbout: (other: string) => other === subject,
    wake() {
      each.woken += 1;
    },
  };
  return each;
}

it('wakes whom an append concerns at once after a pause, then no more often than it should, and nobody is left asleep', async () => {
  const readings = sleeper('readings');
  const alarms = sleeper('alarms');
  const waking = createWaking(new Set([readings, alarms]), {
    ...{ everyMs: 50, laggingEveryMs: 0, laggingChars: 1000, othersEveryMs: 100_000 },
  });
  onTestFinished(() => waking.close());
  // The first append wakes everybody: who is not concerned moves on.
  waking.wake(APPENDED);
  const [before, beforeAlarms] = [readings.woken, alarms.woken];
  expect(before).toBeGreaterThan(0);
  const from = performance.now();
  for (let count = 0; count < 1000; count++) waking.wake(APPENDED);
  const windows = (performance.now() - from) / 50;
  expect(readings.woken - before).toBeLessThanOrEqual(Math.ceil(windows));
  await eventually(
    async () => readings.woken,
    (woken) => woken > before,
  );
  expect(alarms.woken).toBe(beforeAlarms);
});

it('lets those move on whom nothing concerns', async () => {
  const alarms = sleeper('alarms');
  const waking = createWaking(new Set([alarms]), {
    ...{ everyMs: 0, laggingEveryMs: 0, laggingChars: 1000, othersEveryMs: 20 },
  });
  onTestFinished(() => waking.close());
  waking.wake(APPENDED);
  waking.wake(APPENDED);
  await eventually(
    async () => alarms.woken,
    (woken) => woken === 2,
  );
});

it('wakes those who may lag less often, and not for what does not concern them', async () => {
  const live = sleeper('readings');
  const store = sleeper('readings', true);
  const alarms = sleeper('alarms', true);
  const waking = createWaking(new Set([live, store, alarms]), {
    everyMs: 0,
    laggingEveryMs: 100_000,
    laggingChars: 1000,
    othersEveryMs: 100_000,
  });
  onTestFinished(() => waking.close());
  // The first append wakes everybody.
  waking.wake(APPENDED);
  const before = [live.woken, store.woken, alarms.woken] as const;
  for (let count = 0; count < 10; count++) waking.wake(APPENDED);
  expect([live.woken, store.woken, alarms.woken]).toEqual([before[0] + 10, before[1], before[2]]);
});

it('wakes those who may lag as soon as much has come', async () => {
  const store = sleeper('readings', true);
  const waking = createWaking(new Set([store]), {
    ...{ everyMs: 0, laggingEveryMs: 100_000, laggingChars: 100, othersEveryMs: 100_000 },
  });
  onTestFinished(() => waking.close());
  waking.wake(APPENDED);
  const before = store.woken;
  const long = [{ subject: 'readings', data: 'x'.repeat(40) }];
  const woken = Array.from({ length: 6 }, () => {
    waking.wake(long);
    return store.woken - before;
  });
  expect(woken).toEqual([0, 0, 1, 1, 1, 2]);
});
