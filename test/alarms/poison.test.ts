import { expect, it, onTestFinished } from 'vitest';
import { startAlarmEngine } from '../../alarms/engine-task.ts';
import { ALARM_PREFIX, startAlarmKeeper } from '../../alarms/keeper.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { eventually } from '../eventually.ts';
import { kinds, silent } from '../ingest/parts.ts';

/** What came into quarantine, as its readers see it. */
async function quarantineOf(bus: ReturnType<typeof openMemoryBus>) {
  const consumption = await bus.consume({ subjects: ['daoyu.quarantine.>'], from: 'first' });
  for await (const { data } of consumption) {
    await consumption.close();
    return JSON.parse(data) as { readonly records: readonly object[] };
  }
  throw new Error('the log was closed');
}

it('an entry that the keeper of alarms cannot read goes to quarantine, and its neighbours are kept', async () => {
  const [bus, kv] = [openMemoryBus(), openMemoryKv()];
  const keeper = await startAlarmKeeper({ bus, kv, log: silent, clock: Date.now });
  onTestFinished(() => keeper.close());
  const alarm = { id: '0001-a', seq: 1, state: 'open' };
  const good = JSON.stringify({ version: 1, seq: 1, alarm, origin: { position: 1, ordinal: 0 } });
  await bus.append([
    { subject: 'daoyu.alarms.tianyu', data: '{"version":1,"seq":' },
    { subject: 'daoyu.alarms.tianyu', data: good },
  ]);
  expect((await quarantineOf(bus)).records).toEqual([
    expect.objectContaining({
      park: 'tianyu',
      topic: 'daoyu.alarms.tianyu',
      reason: expect.objectContaining({ code: 'ENTRY_UNREADABLE' }),
    }),
  ]);
  expect((await eventually(() => kv.get(`${ALARM_PREFIX}0001-a`)))?.value).toEqual(alarm);
});

it('an entry that the engine of alarms cannot bear goes to quarantine', async () => {
  const [bus, kv] = [openMemoryBus(), openMemoryKv()];
  const engine = await startAlarmEngine({ bus, kv, kinds, log: silent });
  onTestFinished(() => engine.close());
  await bus.append([{ subject: 'daoyu.registry', data: '{"version":1,"devices":[null]}' }]);
  expect((await quarantineOf(bus)).records).toEqual([
    expect.objectContaining({ topic: 'daoyu.registry', reason: expect.objectContaining({ code: 'ENTRY_UNREADABLE' }) }),
  ]);
});
