import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alarm } from '../../alarms/alarm.ts';
import { openAlarms } from '../../alarms/alarms.ts';
import { startClockWriter } from '../../alarms/clock-writer.ts';
import { startAlarmEngine } from '../../alarms/engine-task.ts';
import { startAlarmKeeper } from '../../alarms/keeper.ts';
import type { Intent } from '../../alarms/notify/follow-up.ts';
import { startNotifier } from '../../alarms/notify/notifier.ts';
import { DEFAULT_PLAN } from '../../alarms/notify/plan.ts';
import { codeOf } from '../../base/errors.ts';
import type { Bus } from '../../bus/bus.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';
import { kinds, MINUTE, newLog, START } from './log.ts';

const MAX_BYTES = 4_000_000;

async function openEmbedded(): Promise<Bus> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-full-'));
  const bus = await openLmdbBus({ folder, maxBytes: MAX_BYTES, retainMs: 1e9, clock: Date.now });
  onTestFinished(async () => {
    await bus.close();
    rmSync(folder, { recursive: true });
  });
  return bus;
}

describe.each([
  { name: 'in memory', open: async () => openMemoryBus({ maxBytes: MAX_BYTES }) },
  { name: 'embedded', open: openEmbedded },
])('a log full of what the store has not taken, $name', ({ open }) => {
  it('is told itself; time, alarms, notices and acknowledgements go on, and nobody counts as silent who is not heard', async () => {
    const [bus, kv] = [await open(), openMemoryKv()];
    let now = START;
    const clock = () => now;
    const common = { bus, kv, log: silent };
    const intents: Intent[] = [];
    const outbox = { add: async (all: readonly Intent[]) => void intents.push(...all) };
    const book = { plan: () => DEFAULT_PLAN, names: () => ['night-group'] };
    const report = async () => {
      const { problem } = await bus.status();
      return problem?.code === 'BUS_FULL' ? { logFull: problem.message } : {};
    };
    await bus.consume({ name: 'store-writer', subjects: ['daoyu.readings.>'], from: 'first' });
    const written = newLog();
    const known = JSON.parse(written.entries[0]?.data ?? '');
    const registry = {
      parks: () => known.parks,
      sites: () => known.sites,
      devices: () => known.devices,
      profiles: () => known.profiles,
      watch: () => () => {},
    };
    for (const [index, value] of [6, 2, 2, 2].entries()) {
      const at = START + (index - 3) * 5 * MINUTE;
      written.readings([{ time: at, values: { dissolved_oxygen: value } }], at);
    }
    for (const { subject, data } of written.entries) await bus.append([{ subject, data }]);
    const filling = async () => {
      for (;;) await bus.append([{ subject: 'daoyu.readings.park.other.0', data: `{"pad":"${'x'.repeat(50_000)}"}` }]);
    };
    expect(codeOf(await filling().catch((error: unknown) => error))).toBe('BUS_FULL');

    const parts = [
      await startAlarmEngine({ ...common, kinds, keepMs: 50 }),
      await startAlarmKeeper({ ...common, clock }),
      await startNotifier({ ...common, book, outbox }),
      await startClockWriter({ ...common, registry, clock, report }),
      await openAlarms({ bus, kv, clock }),
    ];
    onTestFinished(async () => void (await Promise.all(parts.map((part) => part.close()))));
    const told = () => intents.map(({ about, alarms: [alarm] }) => `${alarm?.rule} ${about}`);
    const alarms = parts.at(-1) as Awaited<ReturnType<typeof openAlarms>>;
    const named = async (rule: string): Promise<Alarm | undefined> =>
      (await alarms.list({ limit: 100 })).find((each) => each.rule === rule);
    const passMinutes = async (minutes: number) => {
      const until = now + minutes * MINUTE;
      while (now < until) {
        const { lastPosition } = await bus.status();
        now += 10_000;
        await eventually(async () => (await bus.status()).lastPosition > lastPosition);
      }
    };
    await passMinutes(1);
    await eventually(
      async () => told(),
      (all) => all.includes('log_full open'),
    );
    expect(told()).toContain('dissolved_oxygen_low open');
    const { id = '' } = (await named('dissolved_oxygen_low')) ?? {};
    expect((await alarms.acknowledge(id, '王工')).state).toBe('acknowledged');
    await eventually(
      async () => told(),
      (all) => all.includes('dissolved_oxygen_low acknowledged'),
    );
    // Far beyond three intervals: the probe sends, but nobody can hear it.
    now += 60 * MINUTE;
    await passMinutes(0.5);
    // Engine, keeper and notifier each follow the log a little later.
    await eventually(
      () => named('dissolved_oxygen_low'),
      (alarm) => alarm?.isBlind === true,
    );
    expect(await named('device_silent')).toBeUndefined();
    await eventually(
      async () => told().filter((each) => each === 'log_full open').length,
      (count) => count > 1,
    );

    await bus.forget('store-writer');
    await eventually(
      async () => {
        now += 10_000;
        return (await named('log_full'))?.state;
      },
      (state) => state === 'returned',
    );
  });
});
